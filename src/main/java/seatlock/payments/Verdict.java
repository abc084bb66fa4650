package seatlock.payments;

/** The purpose of the money of a payment. It is decided once, in the transaction that notes that the buyer has paid. */
public enum Verdict {
    /** It confirms its reservation. */
    CONFIRMS,
    /** The hold had lapsed, and others have the seats, or the seller gives late money back. */
    LATE,
    /** The reservation was confirmed by another payment. */
    DUPLICATE,
    /** The amount or the currency is not the one that was asked for. */
    WRONG_AMOUNT,
    /** The reservation or the event was cancelled. */
    UNWANTED
}
