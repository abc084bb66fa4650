package seatlock.concurrent;

/** A queue refused work because it is full, the work waited too long, or the process is stopping. Nothing was done. */
public final class Overload extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message reason, as a sentence that clients may see */
    public Overload(String message) {
        super(message, null, false, false); // an expected refusal, so no stack trace
    }
}
