package seatlock.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import seatlock.catalog.EventId;

/** An HTTP client of the API. It checks every response against the OpenAPI document. */
public final class Api {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private final String adminKey;

    public Api(String base, String adminKey) {
        this.base = base;
        this.adminKey = adminKey;
    }

    public record Response(int status, HttpResponse<byte[]> raw) {

        public String text() {
            return new String(raw.body(), StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            try {
                return JSON.readTree(raw.body());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public String header(String name) {
            return raw.headers().firstValue(name).orElse(null);
        }

        /** Returns the slug of the problem, or null if the response is none. */
        public String problem() {
            if (!"application/problem+json".equals(header("Content-Type"))) {
                return null;
            }
            return json().get("type").asText().replace("/problems/", "");
        }

        /** Returns status and problem in one, such as "409 seats-taken". */
        public String outcome() {
            return problem() == null ? String.valueOf(status) : status + " " + problem();
        }
    }

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60));
    }

    /**
     * Repeats a request while it is refused for a lock that others hold. A server waits a second for a lock, which on a busy machine
     * may be too short for a queue of many requests.
     */
    public static Response patiently(Supplier<Response> request) {
        Response response;
        do {
            response = request.get();
        } while (response.outcome().equals("503 overloaded"));
        return response;
    }

    public Response send(HttpRequest.Builder request) {
        try {
            var sent = request.build();
            var response = client.send(sent, BodyHandlers.ofByteArray());
            OpenApiContract.check(sent.method(), sent.uri().getPath(), response);
            return new Response(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public Response get(String path) {
        return send(request(path));
    }

    public Response get(String path, String bearer) {
        return send(request(path).header("Authorization", "Bearer " + bearer));
    }

    /** Adds the administrator's key. */
    public HttpRequest.Builder asAdmin(HttpRequest.Builder request) {
        return request.header("Authorization", "Bearer " + adminKey);
    }

    public static HttpRequest.Builder post(HttpRequest.Builder request, String json) {
        return request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(json));
    }

    public static HttpRequest.Builder patch(HttpRequest.Builder request, String json) {
        return request.header("Content-Type", "application/json").method("PATCH", BodyPublishers.ofString(json));
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Response createEvent(String json) {
        return send(post(asAdmin(request("/api/events")), json));
    }

    public Response reserve(EventId event, String... seats) {
        return reserve(event, UUID.randomUUID().toString(), seats);
    }

    public Response reserve(EventId event, String key, String[] seats) {
        var body = object().put("email", "ada@example.org");
        List.of(seats).forEach(body.putArray("seats")::add);
        return reserveWith(event, key, body.toString());
    }

    public Response reserveWith(EventId event, String key, String json) {
        var request = request("/api/events/" + event + "/reservations");
        if (key != null) {
            request.setHeader("Idempotency-Key", key);
        }
        return send(post(request, json));
    }

    public Response confirm(EventId event, String reservation, long amount) {
        return confirm(event, reservation, UUID.randomUUID().toString(), amount);
    }

    public Response confirm(EventId event, String reservation, String key, long amount) {
        var body = object().put("paymentReference", "pi_" + reservation).put("amount", amount);
        return confirmWith(event, reservation, key, body.toString());
    }

    public Response confirmWith(EventId event, String reservation, String key, String json) {
        var request = asAdmin(request(path(event, reservation) + "/confirm"));
        if (key != null) {
            request.setHeader("Idempotency-Key", key);
        }
        return send(post(request, json));
    }

    /** Confirms a reservation, or a successor of it if it has lapsed. */
    public Response reacquire(EventId event, String reservation, String key, long amount) {
        var body = object().put("paymentReference", "pi_" + reservation).put("amount", amount);
        return confirmWith(
                event, reservation, key, body.put("ifLapsed", "REACQUIRE").toString());
    }

    /** @param bearer a reservation's token or a key */
    public Response extend(EventId event, String reservation, String key, String bearer) {
        var request = request(path(event, reservation) + "/extend").POST(BodyPublishers.noBody());
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return send(request.header("Authorization", "Bearer " + bearer));
    }

    /** Opens the page where the holder of a reservation pays. */
    public Response checkout(EventId event, JsonNode reservation, String key, String returnUrl) {
        var request = request(path(event, reservation.get("id").asText()) + "/checkout")
                .header("Authorization", "Bearer " + reservation.get("token").asText())
                .header("Idempotency-Key", key);
        return send(post(request, object().put("returnUrl", returnUrl).toString()));
    }

    /** Refunds, as the seller. */
    public Response refund(EventId event, String reservation, String key, String json) {
        var request = asAdmin(request(path(event, reservation) + "/refunds")).header("Idempotency-Key", key);
        return send(post(request, json));
    }

    /** Returns a reservation as the seller sees it. */
    public JsonNode read(EventId event, String reservation) {
        return get(path(event, reservation), adminKey).json();
    }

    /** Reserves seats and confirms them. Returns the response to the confirmation. */
    public Response buy(EventId event, String... seats) {
        var reserved = reserve(event, seats).json();
        return confirm(
                event, reserved.get("id").asText(), reserved.at("/total/amount").asLong());
    }

    /** Buys one seat. Returns the id of the reservation. */
    public String buyOne(EventId event, String seat) {
        return buy(event, seat).json().get("id").asText();
    }

    /** Returns the code of the first ticket of a reservation. */
    public String code(EventId event, String reservation) {
        return tickets(event, reservation).get(0).get("code").asText();
    }

    /** Returns the outcome of a check-in and the reason of a refusal, such as "422 invalid-ticket VOIDED". */
    public static String reason(Response answer) {
        return answer.outcome() + " " + answer.json().path("reason").asText();
    }

    /** Returns the tickets of a reservation, as the seller sees them. */
    public JsonNode tickets(EventId event, String reservation) {
        return get(path(event, reservation) + "/tickets", adminKey).json().get("tickets");
    }

    public Response scan(EventId event, String code, String gate) {
        return scanWith(event, object().put("code", code).put("gate", gate).toString());
    }

    public Response scanWith(EventId event, String json) {
        return send(post(asAdmin(request("/api/events/" + event + "/check-ins")), json));
    }

    public Response checkOut(EventId event, String code, String gate) {
        return checkOutWith(event, object().put("code", code).put("gate", gate).toString());
    }

    public Response checkOutWith(EventId event, String json) {
        return send(post(asAdmin(request("/api/events/" + event + "/check-outs")), json));
    }

    public Response undo(EventId event, String json) {
        return send(post(asAdmin(request("/api/events/" + event + "/check-ins/undo")), json));
    }

    /** Transfers a ticket to Grace Hopper. */
    public Response transfer(EventId event, String ticket, String bearer) {
        var body = object().put("email", "grace@example.org").put("name", "Grace Hopper");
        return transferWith(event, ticket, bearer, UUID.randomUUID().toString(), body.toString());
    }

    public Response transferWith(EventId event, String ticket, String bearer, String key, String json) {
        var request = request("/api/events/" + event + "/tickets/" + ticket + "/transfer");
        request.header("Authorization", "Bearer " + bearer).header("Idempotency-Key", key);
        return send(post(request, json));
    }

    /** @param bearer a reservation's token or a key, or null for none */
    public Response cancel(EventId event, String reservation, String bearer) {
        var request = request(path(event, reservation) + "/cancel").POST(BodyPublishers.noBody());
        return send(bearer == null ? request : request.header("Authorization", "Bearer " + bearer));
    }

    /** Cancels some seats of a reservation, as the seller. */
    public Response cancelSeats(EventId event, String reservation, String... labels) {
        var body = object();
        List.of(labels).forEach(body.putArray("seats")::add);
        return cancelWith(event, reservation, adminKey, body.toString());
    }

    public Response cancelWith(EventId event, String reservation, String bearer, String json) {
        return send(
                post(request(path(event, reservation) + "/cancel"), json).header("Authorization", "Bearer " + bearer));
    }

    public static String path(EventId event, String reservation) {
        return "/api/events/" + event + "/reservations/" + reservation;
    }
}
