package seatlock.tickets;

/** The result of a scan at a gate. */
public sealed interface CheckInResult {

    /**
     * The ticket was checked in: now, or by an earlier upload of this same scan.
     *
     * @param ticket may have been refunded after the scan
     * @param scan when and where it was scanned
     */
    record Admitted(Ticket ticket, Ticket.CheckIn scan) implements CheckInResult {}

    /**
     * The ticket was used before.
     *
     * @param scan the scan for which it was valid
     */
    record AlreadyCheckedIn(Ticket.CheckIn scan) implements CheckInResult {}

    /**
     * The scan cannot have been made at the time that it says. It is not recorded.
     *
     * @param problem completes a sentence that begins with "scannedAt"
     */
    record ImpossibleTime(String problem) implements CheckInResult {}

    /** The code admits nobody. */
    record Rejected(Reason reason) implements CheckInResult {}

    /** Reasons to reject a code. Clients branch on the wire names, so they never change. */
    enum Reason {
        /** The code is not a ticket code, or is incomplete. */
        MALFORMED("MALFORMED"),
        /** The code names a key that does not exist. */
        UNKNOWN_KEY("UNKNOWN_KEY"),
        /** The code has an invalid signature. */
        FORGED("FORGED"),
        /** The code is valid for another event. */
        OTHER_EVENT("OTHER_EVENT"),
        /** The code has a valid signature, but its ticket does not exist. */
        UNKNOWN_TICKET("UNKNOWN_TICKET"),
        /** The printed number belongs to several tickets of the event. */
        AMBIGUOUS_NUMBER("AMBIGUOUS_NUMBER"),
        /** The event was cancelled before the scan. */
        EVENT_CANCELLED("EVENT_CANCELLED"),
        /** The ticket was refunded. */
        VOIDED("VOIDED");

        private final String wireName;

        Reason(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }
}
