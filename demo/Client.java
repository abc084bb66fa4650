package demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The requests of the demo: those of a shop with an API key, of buyers on the sandbox's page, and of a gate. */
final class Client {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String adminKey;

    Client(String url, String adminKey) {
        this.url = url;
        this.adminKey = adminKey;
    }

    /** A response, and how long it took. */
    record Response(int status, String body, double milliseconds) {

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Names the result: the status and, for an error that has one, the slug of its type. */
        String outcome() {
            var type = status < 400 ? "" : json().path("type").asText();
            return type.startsWith("/problems/") ? status + " " + type.substring("/problems/".length()) : "" + status;
        }
    }

    /** Creates an event with the seats S-A-1, S-A-2, …. */
    String createEvent(int seats, String reservationTtl) {
        var section = "{\"name\":\"S\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":" + seats + "}]}";
        return createEvent(reservationTtl, section);
    }

    /**
     * Creates an event with one section.
     *
     * @param section its name, price, and rows or places, as JSON
     */
    String createEvent(String reservationTtl, String section) {
        var body = String.format(Locale.ROOT, """
                {"name":"The race","venue":"Localhost","startsAt":"2099-06-18T21:00:00+02:00",
                 "timeZone":"Europe/Rome","currency":"EUR","reservationTtl":"%s","sections":[%s]}
                """, reservationTtl, section);
        var response = send(request("/api/events"), body);
        if (response.status() != 201) {
            throw new IllegalStateException("Cannot create an event on " + url + " (check SEATLOCK_ADMIN_KEY): "
                    + response.status() + " " + response.body());
        }
        return response.json().get("id").asText();
    }

    /**
     * Reserves seats as one shop with an API key does for its buyers, each of whom has another e-mail address. The server's
     * limits would refuse so many requests from one address or for one e-mail address.
     */
    Response reserve(String event, String key, String... seats) {
        return reserve(event, key, basket -> List.of(seats).forEach(basket.putArray("seats")::add));
    }

    /** Like {@link #reserve(String, String, String...)}, for anything that a basket may have. */
    Response reserve(String event, String key, Consumer<ObjectNode> fill) {
        var body = JSON.createObjectNode().put("email", key + "@example.org");
        fill.accept(body);
        var request = request("/api/events/" + event + "/reservations").header("Idempotency-Key", key);
        return send(request, body.toString());
    }

    Response confirm(String event, String reservation, long amount) {
        var body = JSON.createObjectNode().put("paymentReference", reservation).put("amount", amount);
        var request = request("/api/events/" + event + "/reservations/" + reservation + "/confirm")
                .header("Idempotency-Key", newKey());
        return send(request, body.toString());
    }

    /** Opens the page where the buyer pays. */
    Response checkout(String event, String reservation) {
        var body = JSON.createObjectNode().put("returnUrl", "https://shop.example/thanks");
        var request = request("/api/events/" + event + "/reservations/" + reservation + "/checkout")
                .header("Idempotency-Key", newKey());
        return send(request, body.toString());
    }

    /** Returns whether a response is a page of the sandbox, where nobody pays real money. */
    static boolean isSandbox(Response checkout) {
        return checkout.status() == 201 && checkout.json().path("url").asText().contains("/sandbox/");
    }

    /** Presses a button on a page of the sandbox: pay, pay-late, …. */
    Response press(Response checkout, String button) {
        return send(request(checkout.json().get("url").asText() + "/" + button), "");
    }

    /** Pays for a reservation: on the page of the sandbox, or, if there is none, elsewhere, which the shop then confirms. */
    String pay(String event, String reservation) throws InterruptedException {
        var page = checkout(event, reservation);
        var paid = isSandbox(page) ? press(page, "pay") : confirm(event, reservation, 4500);
        return paid.status() < 400 ? settled(event, reservation) : paid.outcome();
    }

    /** Reserves one seat. Returns the id of the reservation. */
    String hold(String event, String seat) {
        return reserve(event, newKey(), seat).json().path("id").asText();
    }

    void awaitExpiry(String event, String reservation) throws InterruptedException {
        for (var left = 1_500; left > 0; left--) { // 30 seconds
            if (reservation(event, reservation).path("status").asText().equals("EXPIRED")) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Waits until the money has been moved or released. Returns the states of the reservation and of its payment, if it has one. */
    String settled(String event, String reservation) throws InterruptedException {
        for (var left = 1_500; ; left--) { // 30 seconds
            var found = reservation(event, reservation);
            var status = found.path("status").asText();
            var payment = found.at("/payment/status").asText();
            if (Set.of("CAPTURED", "VOIDED", "").contains(payment) || left == 0) {
                return payment.isEmpty() ? status : status + ", " + payment;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Returns the labels of the seats with a status. */
    Set<String> seats(String event, String status) {
        return Set.copyOf(get("/api/events/" + event + "/seats?status=" + status)
                .json()
                .get("seats")
                .findValuesAsText("label"));
    }

    /** Returns the reservation, or the one that has replaced it. */
    JsonNode reservation(String event, String id) {
        var found = get("/api/events/" + event + "/reservations/" + id).json();
        return found.hasNonNull("replacedBy")
                ? reservation(event, found.get("replacedBy").asText())
                : found;
    }

    Response scan(String event, String code, String gate) {
        var body = JSON.createObjectNode().put("code", code).put("gate", gate);
        return send(request("/api/events/" + event + "/check-ins"), body.toString());
    }

    Response get(String path) {
        return send(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(path.startsWith("/") ? url + path : path)) // whole with a PUBLIC_URL
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + adminKey)
                .header("Content-Type", "application/json");
    }

    static String newKey() {
        return UUID.randomUUID().toString();
    }

    private Response send(HttpRequest.Builder request, String body) {
        return send(request.POST(BodyPublishers.ofString(body)));
    }

    private Response send(HttpRequest.Builder request) {
        try {
            var built = request.build();
            var began = System.nanoTime();
            var response = client.send(built, BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
            return new Response(response.statusCode(), response.body(), (System.nanoTime() - began) / 1e6);
        } catch (IOException e) {
            throw new IllegalStateException("No response from " + url, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
