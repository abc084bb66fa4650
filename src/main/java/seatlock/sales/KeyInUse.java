package seatlock.sales;

/** Thrown if another transaction is using the order's idempotency key and has not committed yet. Nothing was changed. */
public final class KeyInUse extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeyInUse() {
        super("The first request with this idempotency key is still running", null, false, false);
    }
}
