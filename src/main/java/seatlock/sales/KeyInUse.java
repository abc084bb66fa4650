package seatlock.sales;

/** Another transaction is using the order's idempotency key and has not committed yet. Nothing was done. */
public final class KeyInUse extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeyInUse() {
        super("The first request with this idempotency key is still running", null, false, false);
    }
}
