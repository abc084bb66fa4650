package seatlock.nodes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import seatlock.nodes.RetryingClient.Request;
import seatlock.nodes.RetryingClient.Response;

/**
 * A simulated buyer that reserves, confirms, cancels, checks in, reads, and repeats requests. It keeps a ledger of
 * its reservations and reports every response that contradicts the ledger.
 */
final class Shopper {

    /** Number of past requests with a key that may be repeated. */
    private static final int REMEMBERED = 40;

    /** Seats at the front, which many buyers request. */
    private static final int POPULAR_SEATS = 40;

    private record Exchange(Request request, Response response) {}

    private final List<String> events;
    private final int seats;
    private final RetryingClient client;
    private final ClientStatistics statistics;
    private final Random random;
    private final Deque<Exchange> past = new ArrayDeque<>();
    final List<AcknowledgedReservation> ledger = new ArrayList<>();

    /** @param seats of each event, labelled S-A-1, S-A-2, … */
    Shopper(List<String> events, int seats, RetryingClient client, ClientStatistics statistics, long seed) {
        this.events = events;
        this.seats = seats;
        this.client = client;
        this.statistics = statistics;
        this.random = new Random(seed);
    }

    /** Runs one flow of random steps to its end. */
    void goShopping() {
        try {
            var event = events.get(random.nextInt(events.size()));
            if (chance(5)) {
                readSeatMap(event);
            }
            if (chance(10)) {
                repeatRequest();
            }
            var reservation = reserve(event);
            if (reservation == null || chance(15)) {
                return; // the seats were taken; or the buyer leaves without paying, and the reservation expires
            }
            if (chance(15)) {
                cancel(reservation, reservation.token);
                return;
            }
            if (confirm(reservation)) {
                if (chance(30)) {
                    cancel(reservation, Cluster.ADMIN_KEY);
                } else if (chance(30)) {
                    checkIn(reservation);
                }
            }
            if (chance(20)) {
                read(reservation);
            }
        } catch (RetryingClient.Unsettled e) {
            statistics.addError(e.getMessage());
        } catch (RuntimeException e) {
            statistics.addError("A response that cannot be parsed: " + e);
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private void readSeatMap(String event) {
        var response = client.sendUntilSettled(Request.get("/api/events/" + event + "/seats", null));
        expect("seat map", response, "200");
    }

    private AcknowledgedReservation reserve(String event) {
        var wanted = chooseSeats();
        var body = JsonNodeFactory.instance.objectNode();
        wanted.forEach(body.putArray("seats")::add);
        var email = UUID.randomUUID() + "@example.org";
        body.put("email", email);
        var request = Request.post("/api/events/" + event + "/reservations", newKey(), null, body.toString());
        var response = client.sendUntilSettled(request);
        remember(request, response);
        if (!expect("reserve", response, "201", "409 seats-taken") || response.status() != 201) {
            return null;
        }
        var json = response.json();
        var reservation = new AcknowledgedReservation(
                event,
                json.get("id").asText(),
                json.get("token").asText(),
                wanted,
                json.at("/total/amount").asLong(),
                Instant.parse(json.get("expiresAt").asText()));
        ledger.add(reservation);
        statistics.orderSucceeded();
        if (!new HashSet<>(json.get("seats").findValuesAsText("label")).equals(new HashSet<>(wanted))
                || !json.get("email").asText().equals(email)) {
            statistics.addError("Requested " + body + ", got " + json);
        }
        return reservation;
    }

    /** Chooses one seat or two, now and then popular ones. */
    private List<String> chooseSeats() {
        var among = chance(20) ? POPULAR_SEATS : seats - 1;
        var first = 1 + random.nextInt(among);
        return chance(50) ? List.of("S-A-" + first) : List.of("S-A-" + (first + 1), "S-A-" + first);
    }

    private boolean confirm(AcknowledgedReservation reservation) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("paymentReference", "pi_" + reservation.id)
                .put("amount", reservation.total);
        var request = Request.post(path(reservation) + "/confirm", newKey(), Cluster.ADMIN_KEY, body.toString());
        var response = client.sendUntilSettled(request);
        remember(request, response);
        if (response.status() == 410) {
            expect("confirm", response, "410 reservation-expired");
            expectExpired(reservation, response);
            return false;
        }
        if (!expect("confirm", response, "200")) {
            return false;
        }
        reservation.confirmed();
        statistics.orderSucceeded();
        expectStatus(reservation, response, "CONFIRMED");
        return true;
    }

    /**
     * Cancels or refunds.
     *
     * @param bearer the reservation's token to cancel, or the admin key to refund
     */
    private void cancel(AcknowledgedReservation reservation, String bearer) {
        reservation.cancelRequested();
        var response = client.sendUntilSettled(Request.post(path(reservation) + "/cancel", null, bearer, null));
        if (response.status() == 409) {
            expect("cancel", response, "409 reservation-not-pending");
            expectExpired(reservation, response);
        } else if (expect(bearer.equals(reservation.token) ? "cancel" : "refund", response, "200")) {
            reservation.cancelled();
            statistics.orderSucceeded();
            expectStatus(reservation, response, "CANCELLED");
        }
    }

    /** Checks in every ticket, and sometimes one of them a second time. */
    private void checkIn(AcknowledgedReservation reservation) {
        var response = client.sendUntilSettled(Request.get(path(reservation) + "/tickets", reservation.token));
        if (!expect("tickets", response, "200")) {
            return;
        }
        var tickets = response.json().get("tickets");
        if (tickets.size() != reservation.seats.size()) {
            statistics.addError(reservation + " has " + tickets.size() + " tickets");
        }
        for (var ticket : tickets) {
            var admitted = scan(reservation, ticket.get("code").asText());
            if (expect("check-in", admitted, "200")) {
                reservation.checkedIn.add(ticket.get("id").asText());
                statistics.orderSucceeded();
            }
        }
        if (chance(50)) {
            var code = tickets.get(0).get("code").asText();
            expect("second check-in", scan(reservation, code), "409 already-checked-in");
        }
    }

    /** Sends a scan. Its nonce makes it safe to retry. */
    private Response scan(AcknowledgedReservation reservation, String code) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("code", code)
                .put("gate", "North")
                .put("nonce", newKey());
        var path = "/api/events/" + reservation.event + "/check-ins";
        return client.sendUntilSettled(Request.post(path, null, Cluster.ADMIN_KEY, body.toString()));
    }

    /** Reads a reservation, from any node: each must know what another one acknowledged. */
    private void read(AcknowledgedReservation reservation) {
        var response = client.sendUntilSettled(Request.get(path(reservation), reservation.token));
        if (expect("read", response, "200")) {
            var isPending =
                    reservation.status().equals("EXPIRED") && Instant.now().isBefore(reservation.expiresAt);
            if (!isPending) {
                expectStatus(reservation, response, reservation.status());
            }
        }
    }

    /** Repeats a past request with its key: the response must be the same, byte for byte, whatever happened since. */
    private void repeatRequest() {
        if (past.isEmpty()) {
            return;
        }
        var exchange =
                past.stream().skip(random.nextInt(past.size())).findFirst().orElseThrow();
        var again = client.sendUntilSettled(exchange.request);
        statistics.responseReceived("repeated " + again.status());
        if (again.status() != exchange.response.status() || !again.text().equals(exchange.response.text())) {
            statistics.addError("Repeated: " + exchange.request + "\n  was " + exchange.response.text() + "\n  is  "
                    + again.text());
        }
    }

    private void remember(Request request, Response response) {
        past.add(new Exchange(request, response));
        if (past.size() > REMEMBERED) {
            past.remove();
        }
    }

    private boolean expect(String what, Response response, String... outcomes) {
        var outcome = response.outcome();
        statistics.responseReceived(what + " " + outcome);
        if (!List.of(outcomes).contains(outcome)) {
            statistics.addError(what + ": " + outcome + " " + response.text());
            return false;
        }
        return true;
    }

    private void expectStatus(AcknowledgedReservation reservation, Response response, String status) {
        var actual = response.json().path("status").asText();
        if (!actual.equals(status)) {
            statistics.addError(reservation + " is " + actual + " instead of " + status);
        }
    }

    /** Compares with this machine's clock, which is also the clock of the database. */
    private void expectExpired(AcknowledgedReservation reservation, Response response) {
        if (Instant.now().isBefore(reservation.expiresAt)) {
            statistics.addError(reservation + " has not expired but was refused: " + response.text());
        }
    }

    private static String path(AcknowledgedReservation reservation) {
        return "/api/events/" + reservation.event + "/reservations/" + reservation.id;
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }
}
