package seatlock.payments;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Money that goes back to a buyer.
 *
 * @param amount in minor units of the currency of the payment
 * @param reason that the seller gave; empty for none
 * @param reference by which the provider knows it; empty as long as it has not said
 * @param former the reference of the attempt before, which has failed; empty for none
 * @param failure why the provider refused it; empty unless it did
 * @param retryAt when one that failed may be sent again; empty unless it has
 * @param attempt from 1; raised when it is sent again after the provider has refused it
 */
public record Refund(
        UUID id,
        PaymentId payment,
        long amount,
        Status status,
        Origin origin,
        Optional<String> reason,
        Optional<String> reference,
        Optional<String> former,
        Optional<String> failure,
        int attempt,
        Optional<Instant> retryAt) {

    public enum Status {
        /** It is to be sent. */
        READY,
        /** It was sent, or may have been. */
        SENT,
        /** The provider has moved the money. */
        DONE,
        /** The provider has refused it. It is sent again. */
        FAILED
    }

    /** Why there is a refund. */
    public enum Origin {
        /** The seller asked for it. */
        SELLER,
        /** Seats were given back. */
        CANCELLATION,
        /** The payment confirms nothing. */
        UNWANTED,
        /** It was made in the provider's own pages. */
        PROVIDER
    }

    /** Returns whether it was sent or is to be sent now. */
    public boolean isUnderWay() {
        return status == Status.READY || status == Status.SENT;
    }

    public boolean isDone() {
        return status == Status.DONE;
    }

    /** Returns whether the provider has not made it, and will not, unless it is sent. */
    public boolean isUnsent() {
        return status == Status.READY || status == Status.FAILED;
    }

    /** Returns the key under which the provider repeats its answer instead of refunding twice. */
    public String key() {
        return "refund-" + id + "-" + attempt;
    }
}
