package seatlock.tickets;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Identifies a ticket within its event. */
public record TicketId(UUID value) {

    /** Returns the ticket number that people read out: the random end of the ID, in groups of four. */
    public String number() {
        var hex = value.toString().replace("-", "").toUpperCase(Locale.ROOT);
        return hex.substring(20, 24) + "-" + hex.substring(24, 28) + "-" + hex.substring(28);
    }

    /** Returns the hexadecimal digits of a number as people type it, in lower case; empty if the text is not a number. */
    static Optional<String> digits(String number) {
        var bare = number.replaceAll("[\\s\\p{Pd}]", "").toLowerCase(Locale.ROOT);
        return bare.matches("[0-9a-f]{12}") ? Optional.of(bare) : Optional.empty();
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
