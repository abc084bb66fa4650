package seatlock.payments;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The state of a payment as its provider has told. Facts may arrive in any order, late, and repeatedly. */
public sealed interface Fact {

    /** The page is open, and nothing was paid. */
    record Open() implements Fact {}

    /** The page is closed, and nothing was paid. */
    record Closed() implements Fact {}

    /** The buyer has paid. */
    sealed interface Paid extends Fact {

        /** Returns by what the provider knows the payment. */
        String reference();

        /** Returns what was paid, in minor units of the currency. */
        long amount();

        /** Returns the ISO 4217 code, in upper case. */
        String currency();
    }

    /** The money is reserved. */
    record Authorized(String reference, long amount, String currency) implements Paid {}

    /**
     * The money was moved.
     *
     * @param refunds of it that the provider has told; there may be more
     */
    record Captured(String reference, long amount, String currency, List<Returned> refunds, boolean isDisputed)
            implements Paid {

        public Captured {
            refunds = List.copyOf(refunds);
        }
    }

    /** The money that was reserved was released, or the reservation of it has lapsed. */
    record Voided(String reference) implements Fact {}

    /**
     * A refund.
     *
     * @param reference by which the provider knows it
     * @param refund our id; empty if it was made in the provider's own pages
     * @param failure why the provider has refused it; empty unless it did
     */
    record Returned(String reference, Optional<UUID> refund, long amount, Progress progress, Optional<String> failure) {

        public enum Progress {
            /** It was accepted, and the money is on its way. */
            PENDING,
            DONE,
            FAILED
        }
    }
}
