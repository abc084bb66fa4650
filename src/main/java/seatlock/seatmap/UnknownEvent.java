package seatlock.seatmap;

/** There is no event to show the seats of. */
public final class UnknownEvent extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownEvent() {
        super("No such event", null, false, false); // a refusal, not an accident: no stack trace
    }
}
