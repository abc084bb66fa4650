package seatlock.loadtest;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import seatlock.loadtest.Wire.Call;

/**
 * The events that were made for the test. Its seats are numbered from 0, over all of them: those of the first event, then
 * those of the second.
 */
final class House {

    static final long PRICE = 4500;

    private static final int SEATS_PER_ROW = 100;
    private static final String SECTION = "FLOOR";

    /** Longer than the longest test and the check after it: nothing may lapse meanwhile. */
    private static final String RESERVATION_TTL = "PT24H";

    /** A domain that no mail can reach (RFC 2606). */
    /** Another buyer for each seat; a name that no mail can be sent to (RFC 2606 section 2). */
    private static final String EMAIL = "buyer-%d@loadtest.invalid";

    private static final DateTimeFormatter NAME_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    private final Wire wire;
    private final int seatsPerEvent;
    private final List<String> events = new ArrayList<>();
    private final List<URI> reservations = new ArrayList<>();

    private House(Wire wire, int seatsPerEvent) {
        this.wire = wire;
        this.seatsPerEvent = seatsPerEvent;
    }

    /** @throws IllegalStateException if the server does not make them; the message says what it answered */
    static House build(Wire wire, Plan plan) {
        var house = new House(wire, plan.seats());
        var count = plan.eventsToMake();
        for (int i = 1; i <= count; i++) {
            var now = Instant.now();
            var name = "Load test " + plan.scenario() + ", " + NAME_TIME.format(now) + ", " + i + " of " + count;
            var answer = wire.ask(Call.post(wire.at("/api/events"), newEvent(name, plan.seats(), now), null));
            if (answer.status() != 201) {
                throw new IllegalStateException("The server did not create an event: " + answer.outcome()
                        + (answer.status() == 401 ? " (--key, or SEATLOCK_ADMIN_KEY, is not its key)" : ""));
            }
            var id = answer.json().path("id").asText();
            house.events.add(id);
            house.reservations.add(wire.at("/api/events/" + id + "/reservations"));
        }
        return house;
    }

    private static byte[] newEvent(String name, int seats, Instant now) {
        var rows = new ArrayList<String>();
        for (int first = 0; first < seats; first += SEATS_PER_ROW) {
            rows.add("{\"name\":\"" + (first / SEATS_PER_ROW + 1) + "\",\"seats\":"
                    + Math.min(SEATS_PER_ROW, seats - first) + "}");
        }
        return """
                {"name":"%s","venue":"seatlock loadtest","startsAt":"%s","timeZone":"UTC","currency":"EUR",
                 "reservationTtl":"%s","sections":[{"name":"%s","price":%d,"rows":[%s]}]}
                """.formatted(
                        name,
                        now.plus(365, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS),
                        RESERVATION_TTL,
                        SECTION,
                        PRICE,
                        String.join(",", rows))
                .getBytes(StandardCharsets.UTF_8);
    }

    int events() {
        return events.size();
    }

    int seatsPerEvent() {
        return seatsPerEvent;
    }

    /** Of all events. */
    long seats() {
        return (long) events.size() * seatsPerEvent;
    }

    String label(long seat) {
        var inEvent = (int) (seat % seatsPerEvent);
        return SECTION + "-" + (inEvent / SEATS_PER_ROW + 1) + "-" + (inEvent % SEATS_PER_ROW + 1);
    }

    /** As it is named to a person. */
    String describe(long seat) {
        return label(seat) + " of event " + events.get(eventOf(seat));
    }

    private int eventOf(long seat) {
        return (int) (seat / seatsPerEvent);
    }

    Call reserve(long seat, String idempotencyKey) {
        var body = "{\"seats\":[\"" + label(seat) + "\"],\"email\":\"" + EMAIL.formatted(seat) + "\"}";
        return Call.post(reservations.get(eventOf(seat)), body.getBytes(StandardCharsets.US_ASCII), idempotencyKey);
    }

    Call confirm(long seat, Object reservation, String idempotencyKey) {
        var uri = wire.at(reservations.get(eventOf(seat)).getPath() + "/" + reservation + "/confirm");
        var body = "{\"paymentReference\":\"loadtest\",\"amount\":" + PRICE + "}";
        return Call.post(uri, body.getBytes(StandardCharsets.US_ASCII), idempotencyKey);
    }

    Call read(long seat, Object reservation) {
        return Call.get(wire.at(reservations.get(eventOf(seat)).getPath() + "/" + reservation));
    }

    /** The seat map as a browser would have it, packed. @param have its ETag, or {@code null} */
    Call look(String have) {
        return new Call(wire.at("/api/events/" + events.get(0) + "/seats"), null, null, have, false);
    }

    /** A page of the seat map. @param after 0, or {@code next} of the page before */
    Call map(int event, int after) {
        return Call.get(wire.at("/api/events/" + events.get(event) + "/seats?after=" + after));
    }
}
