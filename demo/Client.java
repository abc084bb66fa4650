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
import java.util.UUID;
import java.util.function.Consumer;

/** The requests of the demo: those of a shop with an API key, and those of a gate. */
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

        /** Names the result: the status and, for an error, the slug of its type. */
        String outcome() {
            return status < 400
                    ? "" + status
                    : status + " " + json().path("type").asText().replace("/problems/", "");
        }
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
