package seatlock.tickets;

import static org.assertj.core.api.Assertions.assertThat;

import biweekly.Biweekly;
import biweekly.ICalVersion;
import biweekly.component.VEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Terms;
import seatlock.inventory.Breakdown;
import seatlock.inventory.Reference;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.text.Messages;

/** Writes calendar files and reads them with another program. */
class CalendarFileTest {

    private static final EventId EVENT = new EventId(UUID.fromString("01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d"));
    private static final ReservationId RESERVATION =
            new ReservationId(UUID.fromString("01997a3e-7c11-7d3a-b2c4-000000000001"));
    private static final Instant START = Instant.parse("2027-06-18T19:00:00Z");
    private static final Instant NOW = Instant.parse("2027-01-02T03:04:05.678Z");
    private static final Reservation.State.Confirmed CONFIRMED =
            new Reservation.State.Confirmed(NOW, new Reservation.Payment("pi_1", 9000));

    private static Event event(Event.Status status, int version, Instant startsAt, Event.Details details) {
        var terms = new Terms(
                version,
                startsAt,
                Optional.empty(),
                Optional.empty(),
                false,
                8,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                List.of(),
                Terms.Choice.FREE);
        return new Event(EVENT, status, details, "Europe/Rome", "EUR", 0, terms, version, 10, NOW);
    }

    private static Event.Details details(String name, Optional<Event.Organiser> organiser, Optional<Instant> endsAt) {
        return new Event.Details(
                name,
                "Arena; di Verona, Piazza Bra",
                Optional.empty(),
                Optional.of("https://arena.example/aida?a=1,2;b=3"),
                Optional.empty(),
                organiser,
                Optional.of(START.minusSeconds(3600)),
                endsAt,
                Optional.empty());
    }

    private static Reservation reservation(int version, int seats, Reservation.State state) {
        return new Reservation(
                RESERVATION,
                new Reference("K7M2PQ9X"),
                version,
                1,
                new Reservation.Buyer("ada@example.org", Optional.empty(), Optional.empty(), new byte[32]),
                IntStream.rangeClosed(1, seats)
                        .mapToObj(seat -> new Reservation.ReservedSeat(
                                seat, "STALLS-B-" + seat, "STALLS", 4500, Optional.empty()))
                        .toList(),
                Breakdown.of(4500L * seats),
                Optional.empty(),
                NOW,
                NOW,
                NOW,
                state,
                Optional.empty(),
                Optional.empty());
    }

    private static String write(Event event, Reservation reservation) {
        var seats = reservation.seats().stream()
                .map(Reservation.ReservedSeat::label)
                .toList();
        return CalendarFile.of(event, reservation, seats, Messages.in(Optional.empty(), Optional.empty()), NOW);
    }

    private static String named(String name) {
        return write(
                event(Event.Status.PUBLISHED, 1, START, details(name, Optional.empty(), Optional.empty())),
                reservation(2, 2, CONFIRMED));
    }

    /** Returns the only event, after another program has read and validated the file. */
    private static VEvent read(String file) {
        var calendar = Biweekly.parse(file).first();
        assertThat(calendar.getMethod().isPublish()).isTrue();
        assertThat(calendar.getVersion()).isEqualTo(ICalVersion.V2_0);
        assertThat(calendar.validate(ICalVersion.V2_0).isEmpty())
                .as(calendar.validate(ICalVersion.V2_0).toString())
                .isTrue();
        assertThat(calendar.getEvents()).hasSize(1);
        return calendar.getEvents().get(0);
    }

    @Test
    void an_entry_says_what_when_and_where() {
        var organiser = new Event.Organiser(
                "Fondazione \"Arena\"; Verona", Optional.of("info@arena.example"), Optional.empty());
        var end = START.plusSeconds(10_800);
        var file = write(
                event(Event.Status.PUBLISHED, 1, START, details("Aida", Optional.of(organiser), Optional.of(end))),
                reservation(2, 2, CONFIRMED));

        assertThat(file).contains("\r\nDTSTART:20270618T190000Z\r\n", "\r\nDTSTAMP:20270102T030405Z\r\n");
        var entry = read(file);
        assertThat(entry.getUid().getValue()).isEqualTo(EVENT.value() + "-" + RESERVATION.value());
        assertThat(entry.getDateStart().getValue().toInstant()).isEqualTo(START);
        assertThat(entry.getDateEnd().getValue().toInstant()).isEqualTo(end);
        assertThat(entry.getSummary().getValue()).isEqualTo("Aida");
        assertThat(entry.getLocation().getValue()).isEqualTo("Arena; di Verona, Piazza Bra");
        assertThat(entry.getDescription().getValue())
                .isEqualTo("Order: K7M2PQ9X\nSeats: STALLS-B-1, STALLS-B-2\nDoors open: 20:00 CEST");
        assertThat(entry.getOrganizer().getCommonName()).isEqualTo("Fondazione \"Arena\"; Verona");
        assertThat(entry.getOrganizer().getEmail()).isEqualTo("info@arena.example");
        assertThat(entry.getUrl().getValue()).isEqualTo("https://arena.example/aida?a=1,2;b=3");
        assertThat(entry.getStatus().isConfirmed()).isTrue();
        assertThat(entry.getSequence().getValue()).isEqualTo(1);
    }

    @Test
    void an_event_without_a_known_end_has_none() {
        assertThat(read(named("Aida")).getDateEnd()).isNull();
        assertThat(read(named("Aida")).getDuration()).isNull();
    }

    /** A calendar takes the entry with the higher number. */
    @Test
    void the_sequence_grows_with_each_change_of_the_event_and_of_the_reservation() {
        var details = details("Aida", Optional.empty(), Optional.empty());
        var moved = event(Event.Status.PUBLISHED, 2, START.plusSeconds(86_400), details);
        var before = read(write(event(Event.Status.PUBLISHED, 1, START, details), reservation(2, 1, CONFIRMED)));
        var after = read(write(moved, reservation(2, 1, CONFIRMED)));
        var cancelled =
                read(write(moved, reservation(3, 1, new Reservation.State.Cancelled(NOW, Optional.of(CONFIRMED)))));

        assertThat(List.of(before, after, cancelled))
                .extracting(entry -> entry.getSequence().getValue())
                .containsExactly(1, 2, 3);
        assertThat(List.of(before, after, cancelled))
                .extracting(entry -> entry.getUid().getValue())
                .containsOnly(before.getUid().getValue());
        assertThat(after.getDateStart().getValue().toInstant()).isEqualTo(START.plusSeconds(86_400));
        assertThat(cancelled.getStatus().isCancelled()).isTrue();
    }

    @Test
    void an_entry_says_whether_it_is_certain() {
        var details = details("Aida", Optional.empty(), Optional.empty());
        var cancelled = event(Event.Status.CANCELLED, 3, START, details);
        var published = event(Event.Status.PUBLISHED, 1, START, details);

        assertThat(read(write(cancelled, reservation(2, 1, CONFIRMED)))
                        .getStatus()
                        .isCancelled())
                .isTrue();
        assertThat(read(write(published, reservation(1, 1, new Reservation.State.Pending())))
                        .getStatus()
                        .isTentative())
                .isTrue();
        assertThat(read(write(published, reservation(2, 1, new Reservation.State.Expired(NOW))))
                        .getStatus()
                        .isCancelled())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Aida\r\nATTENDEE:mailto:eve@example.org",
                "Aida\nEND:VEVENT\nBEGIN:VEVENT",
                "Aida\rX:1",
                "Aida\u0085X:1\u2028Y:2\u2029Z:3",
                "Aida\u000bX:1\fY:2",
                "a;b,c\\n\\;d:\"e\"^n",
                "\\",
                "שיר השירים \u202e\u2066 أغنية",
                "🎭🎵👩‍👩‍👧‍👦🏳️‍🌈 Aida"
            })
    void no_name_can_add_a_property(String name) {
        var organiser = new Event.Organiser(name, Optional.of("info@arena.example"), Optional.empty());
        var file = write(
                event(Event.Status.PUBLISHED, 1, START, details(name, Optional.of(organiser), Optional.empty())),
                reservation(2, 1, CONFIRMED));

        assertThat(file.replace("\r\n ", "").lines().map(line -> line.split("[:;]", 2)[0]))
                .containsExactly(
                        "BEGIN",
                        "VERSION",
                        "PRODID",
                        "METHOD",
                        "BEGIN",
                        "UID",
                        "SEQUENCE",
                        "DTSTAMP",
                        "DTSTART",
                        "SUMMARY",
                        "LOCATION",
                        "DESCRIPTION",
                        "ORGANIZER",
                        "URL",
                        "STATUS",
                        "END",
                        "END");
        var summary = read(file).getSummary().getValue();
        assertThat(summary).isEqualTo(name.replaceAll("\r\n|[\r\n\u0085\u2028\u2029\u000b\f]", "\n"));
        assertThat(read(file).getOrganizer().getEmail()).isEqualTo("info@arena.example");
    }

    @Test
    void an_address_that_is_no_uri_is_left_out() {
        var hostile = new Event.Organiser("Teatro", Optional.of("a@b\r\nATTENDEE:mailto:x"), Optional.empty());
        var file = write(
                event(Event.Status.PUBLISHED, 1, START, details("Aida", Optional.of(hostile), Optional.empty())),
                reservation(2, 1, CONFIRMED));

        assertThat(file).doesNotContain("ATTENDEE", "ORGANIZER");
        assertThat(read(file).getOrganizer()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"W, 200", "é, 200", "歌, 200", "🎭, 100", "\\, 200"})
    void lines_have_at_most_75_octets_and_are_folded_between_characters(String letter, int count) {
        for (var prefix : List.of("", "a", "ab", "abc")) {
            var name = prefix + letter.repeat(count);
            var file = named(name);

            assertThat(file.split("\r\n")).allSatisfy(line -> {
                assertThat(line.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(75);
                assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(line))
                        .as("whole characters")
                        .isTrue();
            });
            assertThat(read(file).getSummary().getValue()).isEqualTo(name);
        }
    }
}
