/**
 * Payments through a provider, and the money that goes back.
 *
 * <p>{@link seatlock.payments.PaymentProvider} is another party on the other side of a network: a call may take long, fail, or have
 * an effect of which the answer is lost. So it is called outside of transactions only, with keys that make it safe to repeat, and what
 * it says is recorded by {@link seatlock.sales.Payments} in a transaction of its own.
 *
 * <p>A payment that is not at rest says when it must be looked at next ({@code payments.due_at}, which the schema demands).
 * {@link seatlock.maintenance.Reconciler} looks at it then, so a lost notice, a crash between two steps and a provider that is down cost
 * time but never money.
 */
package seatlock.payments;
