package seatlock.tickets;

/** The result of scanning a ticket at an exit. */
public sealed interface CheckOutResult {

    /**
     * The ticket was checked out, now or by an earlier upload of this same scan, and can be checked in again.
     *
     * @param scan when and where it was scanned
     */
    record CheckedOut(Ticket ticket, Ticket.CheckIn scan) implements CheckOutResult {}

    /** The ticket was not checked in at that time. Nothing is recorded. */
    record NotCheckedIn() implements CheckOutResult {}

    /** Tickets of the event are valid for one entry only. */
    record NoReentry() implements CheckOutResult {}

    /**
     * The scan cannot have been made at the time that it says. Nothing is recorded.
     *
     * @param problem completes a sentence that begins with "scannedAt"
     */
    record ImpossibleTime(String problem) implements CheckOutResult {}

    /** The code is not that of a valid ticket. */
    record Rejected(CheckInResult.Reason reason) implements CheckOutResult {}
}
