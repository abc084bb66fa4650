package seatlock.tickets;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Organiser;
import seatlock.inventory.Reservation;
import seatlock.text.Messages;

/**
 * Writes a reservation as an entry for a calendar (RFC 5545), or each of the tickets that were transferred to another person.
 * Wherever it comes from, the entry has the same UID, so that a calendar replaces the entry that it has by one with a higher
 * SEQUENCE: every change of the event or of the reservation increases it.
 */
public final class CalendarFile {

    public static final String MEDIA_TYPE = "text/calendar; charset=utf-8; method=PUBLISH";

    private static final int MAX_OCTETS = 75;

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final StringBuilder file = new StringBuilder();

    private CalendarFile() {}

    /** An entry: a reservation, or one ticket of it. */
    private record Entry(UUID id, String description, String status) {}

    /**
     * Returns the file for the buyer. An event whose end is not known has none in the file either, because a guess would mislead.
     *
     * @param seats labels of the seats that the buyer has
     * @param words the language of the description
     * @param now the database's clock
     */
    public static String of(Event event, Reservation reservation, List<String> seats, Messages words, Instant now) {
        var order = words.pair("label.order", reservation.reference().value());
        var description = order + (seats.isEmpty() ? "" : "\n" + seats(seats, words)) + doors(event, words);
        var entry = new Entry(reservation.id().value(), description, status(event, reservation));
        return file(event, reservation, List.of(entry), now);
    }

    /** Returns the file for a person to whom these tickets of a reservation were transferred. It does not name the order. */
    public static String ofTransferred(
            Event event, Reservation reservation, List<Ticket> tickets, Messages words, Instant now) {
        var entries = tickets.stream()
                .map(ticket -> new Entry(
                        ticket.id().value(),
                        seats(List.of(ticket.seat().label()), words) + doors(event, words),
                        event.status() == Event.Status.CANCELLED || !ticket.isValid() ? "CANCELLED" : "CONFIRMED"))
                .toList();
        return file(event, reservation, entries, now);
    }

    private static String file(Event event, Reservation reservation, List<Entry> entries, Instant now) {
        var calendar = new CalendarFile();
        calendar.add("BEGIN", "VCALENDAR");
        calendar.add("VERSION", "2.0");
        calendar.add("PRODID", "-//Seatlock//Tickets//EN");
        calendar.add("METHOD", "PUBLISH");
        entries.forEach(entry -> calendar.addEvent(event, reservation, entry, now));
        calendar.add("END", "VCALENDAR");
        return calendar.file.toString();
    }

    private void addEvent(Event event, Reservation reservation, Entry entry, Instant now) {
        var details = event.details();
        add("BEGIN", "VEVENT");
        // RFC 7986 recommends UUIDs without the name of a host: that of the API may differ from that of the mail's
        // sender.
        add("UID", event.id().value() + "-" + entry.id);
        add("SEQUENCE", Integer.toString(event.version() + reservation.version() - 2));
        add("DTSTAMP", UTC.format(now));
        add("DTSTART", UTC.format(event.startsAt()));
        details.endsAt().ifPresent(end -> add("DTEND", UTC.format(end)));
        add("SUMMARY", text(event.name()));
        add("LOCATION", text(event.venue()));
        add("DESCRIPTION", text(entry.description));
        details.organiser().ifPresent(this::addOrganiser);
        details.url().flatMap(CalendarFile::uri).ifPresent(url -> add("URL", url));
        add("STATUS", entry.status);
        add("END", "VEVENT");
    }

    private static String seats(List<String> labels, Messages words) {
        return words.pair(labels.size() == 1 ? "label.seat" : "label.seats", String.join(", ", labels));
    }

    private static String doors(Event event, Messages words) {
        return event.details()
                .doorsAt()
                .map(time -> "\n" + words.pair("label.doors", words.time(time.atZone(event.timeZone()))))
                .orElse("");
    }

    private static String status(Event event, Reservation reservation) {
        if (event.status() == Event.Status.CANCELLED) {
            return "CANCELLED";
        }
        return switch (reservation.status()) {
            case PENDING -> "TENTATIVE";
            case CONFIRMED -> "CONFIRMED";
            case CANCELLED, EXPIRED -> "CANCELLED";
        };
    }

    private void addOrganiser(Organiser organiser) {
        organiser
                .email()
                .flatMap(email -> uri("mailto:" + email))
                .ifPresent(address -> add("ORGANIZER;CN=\"" + parameter(organiser.name()) + "\"", address));
    }

    /** Returns a URI in ASCII; empty if the text is not one, since a URI has no way to quote what is not allowed in it. */
    private static Optional<String> uri(String text) {
        try {
            return Optional.of(new URI(text).toASCIIString());
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** Escapes a value of type TEXT (section 3.3.11). */
    private static String text(String text) {
        return printable(text.replace("\\", "\\\\")
                .replace(";", "\\;")
                .replace(",", "\\,")
                .replaceAll("\\R", "\\\\n"));
    }

    /** Escapes the value of a parameter (RFC 6868). */
    private static String parameter(String text) {
        return printable(text.replace("^", "^^").replace("\"", "^'").replaceAll("\\R", "^n"));
    }

    /** A control character, which no value may contain, would end the line or the file for some programs. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    /** Adds a line, folded (section 3.1) between characters. */
    private void add(String name, String value) {
        var octets = 0;
        for (var codePoint : (name + ":" + value).codePoints().toArray()) {
            var character = Character.toString(codePoint);
            var length = character.getBytes(StandardCharsets.UTF_8).length;
            if (octets + length > MAX_OCTETS) {
                file.append("\r\n ");
                octets = 1;
            }
            file.append(character);
            octets += length;
        }
        file.append("\r\n");
    }
}
