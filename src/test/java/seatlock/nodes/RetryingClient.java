package seatlock.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.concurrent.locks.LockSupport;

/** A client that retries a request, with the same key, until it gets a response other than 502 or 503. */
final class RetryingClient {

    /** Longer than the proxy waits for a node. */
    private static final Duration TIMEOUT = Duration.ofSeconds(25);

    /** Longer than any outage in any scenario. */
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(90);

    private static final Duration BEFORE_RETRY = Duration.ofMillis(100);

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param key Idempotency-Key, or null
     * @param bearer key or token, or null
     * @param body JSON, or null
     */
    record Request(String method, String path, String key, String bearer, String body) {

        static Request get(String path, String bearer) {
            return new Request("GET", path, null, bearer, null);
        }

        static Request post(String path, String key, String bearer, String body) {
            return new Request("POST", path, key, bearer, body);
        }
    }

    record Response(int status, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Names the result, such as "409 seats-taken". */
        String outcome() {
            return status < 400 || body.length == 0
                    ? String.valueOf(status)
                    : status + " " + json().path("type").asText().replace("/problems/", "");
        }
    }

    /** Thrown when all attempts failed. */
    static final class Unsettled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Unsettled(Request request, String last) {
            super("No definite response within " + SETTLED_WITHIN + ": " + request + ", last outcome " + last);
        }
    }

    private final HttpClient http;
    private final String url;
    private final ClientStatistics statistics;

    RetryingClient(HttpClient http, String url, ClientStatistics statistics) {
        this.http = http;
        this.url = url;
        this.statistics = statistics;
    }

    /**
     * Sends a request until it gets a definite response.
     *
     * @throws Unsettled if there is none in time
     */
    Response sendUntilSettled(Request request) {
        statistics.requestStarted();
        var deadline = System.nanoTime() + SETTLED_WITHIN.toNanos();
        for (boolean first = true; ; first = false) {
            String failure;
            try {
                var response = send(request);
                failure = response.outcome();
                if (response.status != 502 && response.status != 503 && (first || !isInUse(failure))) {
                    return response;
                }
            } catch (IOException e) {
                failure = e.getClass().getSimpleName();
            }
            statistics.attemptFailed(failure, first);
            if (System.nanoTime() > deadline) {
                throw new Unsettled(request, failure);
            }
            LockSupport.parkNanos(BEFORE_RETRY.toNanos());
        }
    }

    /** Returns whether a retry collided with an earlier attempt that is still being processed. */
    private static boolean isInUse(String outcome) {
        return outcome.equals("409 idempotency-key-in-use");
    }

    private Response send(Request request) throws IOException {
        var sent = HttpRequest.newBuilder(URI.create(url + request.path)).timeout(TIMEOUT);
        if (request.key != null) {
            sent.header("Idempotency-Key", request.key);
        }
        if (request.bearer != null) {
            sent.header("Authorization", "Bearer " + request.bearer);
        }
        if (request.body != null) {
            sent.header("Content-Type", "application/json");
        }
        sent.method(
                request.method, request.body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(request.body));
        try {
            HttpResponse<byte[]> response = http.send(sent.build(), BodyHandlers.ofByteArray());
            return new Response(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
