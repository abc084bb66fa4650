package seatlock.tickets;

/** The result of undoing a check-in. */
public sealed interface UndoResult {

    /**
     * The check-in was undone.
     *
     * @param before the ticket as it was until then
     */
    record Undone(Ticket before) implements UndoResult {}

    /** The ticket is not checked in, so there was nothing to undo. */
    record NotCheckedIn(Ticket ticket) implements UndoResult {}

    /** The code is not that of a ticket of the event. */
    record Rejected(CheckInResult.Reason reason) implements UndoResult {}
}
