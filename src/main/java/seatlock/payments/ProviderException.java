package seatlock.payments;

/** A provider did not do what it was asked to do. The message has no secrets. */
public final class ProviderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean isFinal;

    private ProviderException(String message, Throwable cause, boolean isFinal) {
        super(message, cause);
        this.isFinal = isFinal;
    }

    /** It did not answer, or not clearly: the call may have had its effect, and may be repeated with the same key. */
    public static ProviderException unavailable(String message, Throwable cause) {
        return new ProviderException(message, cause, false);
    }

    /** It has refused, and will refuse the same call again. */
    public static ProviderException refused(String message, Throwable cause) {
        return new ProviderException(message, cause, true);
    }

    /** Returns whether repeating the same call is of no use. */
    public boolean isFinal() {
        return isFinal;
    }
}
