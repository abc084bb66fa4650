/**
 * Payments through <a href="https://stripe.com">Stripe</a>: buyers pay on a page of Stripe, Checkout.
 *
 * <p>Card payments are authorised there and captured by us, so that money of a buyer whose seats are gone is released and never moved.
 * Of what Stripe tells, only the PaymentIntent decides; its id is the reference of the payment, and that of the Checkout Session its
 * checkout.
 */
package seatlock.payments.stripe;
