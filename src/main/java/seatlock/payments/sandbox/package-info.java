/** A payment provider for trying things out, with a page of its own where nobody pays real money. */
package seatlock.payments.sandbox;
