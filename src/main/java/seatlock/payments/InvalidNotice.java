package seatlock.payments;

/** A notice was not signed by the provider, or too long ago, or cannot be read. The message says which, and no secret. */
public final class InvalidNotice extends Exception {

    private static final long serialVersionUID = 1L;

    public InvalidNotice(String message) {
        super(message);
    }
}
