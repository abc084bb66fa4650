package seatlock.tickets;

/** The result of a scan at a gate. */
public sealed interface CheckInResult {

    /** The ticket was checked in: now, or by an earlier upload of this same scan. */
    record Admitted(Ticket ticket) implements CheckInResult {}

    /** The ticket was used before; it says when and where. */
    record AlreadyCheckedIn(Ticket ticket) implements CheckInResult {}

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
