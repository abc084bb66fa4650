package seatlock.sales;

/** The event was cancelled, so nothing of it can be changed. */
public final class EventCancelled extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EventCancelled() {
        super("The event was cancelled.", null, false, false); // expected, so no stack trace
    }
}
