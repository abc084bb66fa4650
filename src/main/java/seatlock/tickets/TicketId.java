package seatlock.tickets;

import java.util.Locale;
import java.util.UUID;

/** Identifies a ticket within its event. */
public record TicketId(UUID value) {

    /** Returns the ticket number that people read out: the random end of the ID, in groups of four. */
    public String number() {
        var hex = value.toString().replace("-", "").toUpperCase(Locale.ROOT);
        return hex.substring(20, 24) + "-" + hex.substring(24, 28) + "-" + hex.substring(28);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
