package seatlock.seatmap;

/** The event of a seat map does not exist. */
public final class UnknownEvent extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownEvent() {
        super("No such event", null, false, false); // an expected refusal, so no stack trace
    }
}
