package seatlock.idempotency;

/** What a key turned out to be. */
public sealed interface Claim {

    /** Nobody has used it: it is ours, and {@link IdempotencyKeys#store} has to follow in this transaction. */
    record First() implements Claim {}

    /** The same was asked before, and this was the answer. */
    record Repeated(Reply reply) implements Claim {}

    /** Something else was asked with it before. */
    record Reused() implements Claim {}
}
