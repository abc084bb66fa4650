package seatlock.loadtest;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import seatlock.loadtest.ServerConnections.Request;

/**
 * The events created for the test. Their seats are numbered from 0 across all events: first those of the first event, then
 * those of the second, and so on.
 */
final class TestEvents {

    static final long PRICE = 4500;

    private static final int SEATS_PER_ROW = 100;
    private static final String SECTION = "FLOOR";
    private static final String PLACE = SECTION + "-GA-";
    private static final Pattern LABEL =
            Pattern.compile("\"label\":\"" + SECTION + "-(?<row>GA|\\d{1,6})-(?<number>\\d{1,7})\"");

    /** Outlasts the longest test and the audit after it, so that no reservation expires meanwhile. */
    private static final String RESERVATION_TTL = "PT24H";

    /** A different buyer for each seat, at a domain that can never receive mail (RFC 2606 section 2). */
    private static final String EMAIL = "buyer-%d@loadtest.invalid";

    private static final DateTimeFormatter NAME_TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final ServerConnections connections;
    private final Scenario scenario;
    private final int seatsPerEvent;
    private final List<String> ids = new ArrayList<>();
    private final List<URI> reservations = new ArrayList<>();

    private TestEvents(ServerConnections connections, Plan plan) {
        this.connections = connections;
        this.scenario = plan.scenario();
        this.seatsPerEvent = plan.seats();
    }

    /**
     * Creates the events.
     *
     * @throws IllegalStateException if the server refuses; the message contains its response
     */
    static TestEvents create(ServerConnections connections, Plan plan) {
        var created = new TestEvents(connections, plan);
        var count = plan.eventsToMake();
        for (int i = 1; i <= count; i++) {
            var now = Instant.now();
            var name = "Load test " + plan.scenario() + ", " + NAME_TIME.format(now) + ", " + i + " of " + count;
            var response = connections.sendAndWait(
                    Request.post(connections.uri("/api/events"), created.newEvent(name, now), null));
            if (response.status() != 201) {
                throw new IllegalStateException("The server did not create an event: " + response.outcome()
                        + (response.status() == 401 ? " (wrong admin key: set --key or SEATLOCK_ADMIN_KEY)" : ""));
            }
            created.add(response.json().path("id").asText());
        }
        return created;
    }

    /** Returns events that were created before, for a plan with the same scenario and number of seats. */
    static TestEvents existing(ServerConnections connections, Plan plan, List<String> ids) {
        var existing = new TestEvents(connections, plan);
        ids.forEach(existing::add);
        return existing;
    }

    private void add(String id) {
        ids.add(id);
        reservations.add(connections.uri("/api/events/" + id + "/reservations"));
    }

    private byte[] newEvent(String name, Instant now) {
        var seats = scenario == Scenario.PLACES
                ? "\"places\":" + seatsPerEvent
                : "\"rows\":[" + String.join(",", rows(seatsPerEvent)) + "]";
        return String.format(
                        Locale.ROOT,
                        """
                {"name":"%s","venue":"seatlock loadtest","startsAt":"%s","timeZone":"UTC","currency":"EUR",
                 "reservationTtl":"%s","sections":[{"name":"%s","price":%d,%s}]}
                """,
                        name,
                        now.plus(365, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS),
                        RESERVATION_TTL,
                        SECTION,
                        PRICE,
                        seats)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> rows(int seats) {
        var rows = new ArrayList<String>();
        for (int first = 0; first < seats; first += SEATS_PER_ROW) {
            rows.add("{\"name\":\"" + (first / SEATS_PER_ROW + 1) + "\",\"seats\":"
                    + Math.min(SEATS_PER_ROW, seats - first) + "}");
        }
        return rows;
    }

    List<String> ids() {
        return List.copyOf(ids);
    }

    int count() {
        return ids.size();
    }

    int seatsPerEvent() {
        return seatsPerEvent;
    }

    /** Returns the number of seats in all events. */
    long totalSeats() {
        return (long) ids.size() * seatsPerEvent;
    }

    String label(long seat) {
        var inEvent = (int) (seat % seatsPerEvent);
        if (scenario == Scenario.PLACES) {
            return PLACE + (inEvent + 1);
        }
        return SECTION + "-" + (inEvent / SEATS_PER_ROW + 1) + "-" + (inEvent % SEATS_PER_ROW + 1);
    }

    /**
     * Finds the seat that the server has chosen.
     *
     * @param asked any seat of the event
     * @param reservation the response
     * @return -1 if the event has no such seat
     */
    long chosen(long asked, byte[] reservation) {
        var label = LABEL.matcher(new String(reservation, StandardCharsets.UTF_8));
        if (!label.find()) {
            return -1;
        }
        var number = Integer.parseInt(label.group("number"));
        var row = label.group("row").equals("GA") ? 1 : Integer.parseInt(label.group("row"));
        var inEvent = (row - 1) * SEATS_PER_ROW + number - 1;
        return inEvent < seatsPerEvent ? asked - asked % seatsPerEvent + inEvent : -1;
    }

    /** Names a seat and its event, for messages. */
    String describe(long seat) {
        return label(seat) + " of event " + ids.get(eventOf(seat));
    }

    private int eventOf(long seat) {
        return (int) (seat / seatsPerEvent);
    }

    Request reserve(long seat, String idempotencyKey) {
        var item = switch (scenario) {
            case PLACES -> "\"places\":[{\"section\":\"" + SECTION + "\",\"quantity\":1}]";
            case BEST -> "\"best\":{\"quantity\":1}";
            default -> "\"seats\":[\"" + label(seat) + "\"]";
        };
        var body = "{" + item + ",\"email\":\"" + String.format(Locale.ROOT, EMAIL, seat) + "\"}";
        return Request.post(reservations.get(eventOf(seat)), body.getBytes(StandardCharsets.US_ASCII), idempotencyKey);
    }

    Request confirm(long seat, Object reservation, String idempotencyKey) {
        var uri = connections.uri(reservations.get(eventOf(seat)).getPath() + "/" + reservation + "/confirm");
        var body = "{\"paymentReference\":\"loadtest-" + seat + "\",\"amount\":" + PRICE + "}";
        return Request.post(uri, body.getBytes(StandardCharsets.US_ASCII), idempotencyKey);
    }

    Request checkout(long seat, Object reservation, String idempotencyKey) {
        var uri = connections.uri(reservations.get(eventOf(seat)).getPath() + "/" + reservation + "/checkout");
        var body = "{\"returnUrl\":\"http://shop.invalid/thanks\"}";
        return Request.post(uri, body.getBytes(StandardCharsets.US_ASCII), idempotencyKey);
    }

    /**
     * Pays on a page of the sandbox.
     *
     * @param checkout the response that opened the page
     * @return {@code null} if it is no page of a sandbox
     */
    Request pay(byte[] checkout) {
        var payment = JsonScanner.findUuid(checkout, "\"paymentId\"");
        var url = JsonScanner.findText(checkout, "\"url\"");
        return payment == null || url == null || !url.endsWith("/sandbox/" + payment)
                ? null
                : Request.post(connections.uri("/sandbox/" + payment + "/pay"), new byte[0], null);
    }

    Request read(long seat, Object reservation) {
        return Request.get(connections.uri(reservations.get(eventOf(seat)).getPath() + "/" + reservation));
    }

    /**
     * Requests the whole seat map, compressed, as a browser does.
     *
     * @param knownEtag ETag of a copy, or {@code null}
     */
    Request wholeSeatMap(String knownEtag) {
        return new Request(connections.uri("/api/events/" + ids.get(0) + "/seats"), null, null, knownEtag, false);
    }

    /**
     * Requests one page of a seat map.
     *
     * @param after 0, or {@code next} of the previous page
     */
    Request seatMapPage(int event, int after) {
        return Request.get(connections.uri("/api/events/" + ids.get(event) + "/seats?after=" + after));
    }
}
