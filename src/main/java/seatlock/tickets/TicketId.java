package seatlock.tickets;

import java.util.Locale;
import java.util.UUID;

/** Identifies a ticket within its event. */
public record TicketId(UUID value) {

    /** The ticket's number as people read it to each other: the random end of the id. */
    public String number() {
        var hex = value.toString().replace("-", "").toUpperCase(Locale.ROOT);
        return hex.substring(20, 24) + "-" + hex.substring(24, 28) + "-" + hex.substring(28);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
