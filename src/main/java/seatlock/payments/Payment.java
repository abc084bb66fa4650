package seatlock.payments;

import java.time.Instant;
import java.util.Optional;
import seatlock.catalog.EventId;
import seatlock.inventory.ReservationId;

/**
 * A payment of a reservation through a provider.
 *
 * @param reservation that it is for; once it has confirmed a successor, that
 * @param verdict what the money is for; empty as long as none is known
 * @param amount that is to be paid, in minor units of the currency
 * @param currency ISO 4217 code
 * @param returnUrl where the provider sends the buyer afterwards; empty for a payment that only the provider knew
 * @param checkout by which the provider knows the page where the buyer pays; empty before it is open
 * @param url of that page
 * @param reference by which the provider knows the payment; empty before it is paid
 * @param captured amount that was moved, in minor units
 * @param refunded the part of it that was given back or is on its way
 * @param isLate whether it was paid after the hold had lapsed
 * @param isDisputed whether the buyer has disputed it with the bank
 * @param expiresAt when the page closes
 */
public record Payment(
        EventId event,
        PaymentId id,
        ReservationId reservation,
        String provider,
        Status status,
        Optional<Verdict> verdict,
        long amount,
        String currency,
        Optional<String> returnUrl,
        Optional<String> checkout,
        Optional<String> url,
        Optional<String> reference,
        long captured,
        long refunded,
        boolean isLate,
        boolean isDisputed,
        Instant createdAt,
        Instant expiresAt) {

    /** Where the money is. It only moves down this list, except that a payment may turn out to be paid after it was closed. */
    public enum Status {
        /** The provider may not know of it yet. */
        CREATED,
        /** The buyer can pay. */
        OPEN,
        /** Nothing was paid, and the page is closed. */
        CLOSED,
        /** The money is reserved for us at the buyer's bank. */
        AUTHORIZED,
        /** The money was moved to us. */
        CAPTURED,
        /** The money that was reserved was released. */
        VOIDED
    }

    /** Returns whether nothing was paid yet, as far as is known. */
    public boolean isUnpaid() {
        return verdict.isEmpty();
    }

    public boolean confirms() {
        return verdict.equals(Optional.of(Verdict.CONFIRMS));
    }

    /** Returns another payment, which was made on the same page, and which nobody has asked for. */
    public Payment another(Fact.Paid paid, Instant now) {
        return new Payment(
                event,
                PaymentId.ofUnknown(paid.reference()),
                reservation,
                provider,
                Status.AUTHORIZED,
                Optional.of(Verdict.DUPLICATE),
                paid.amount(),
                paid.currency(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(paid.reference()),
                0,
                0,
                false,
                false,
                now,
                now);
    }

    /** Returns how much can still be given back, in minor units. */
    public long left() {
        return captured - refunded;
    }
}
