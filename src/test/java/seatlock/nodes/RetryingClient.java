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

/** A client who does not give up: what got no answer, 502 or 503 he asks again, with the same key, until it is settled. */
final class Asker {

    /** Longer than the proxy waits for a node. */
    private static final Duration TIMEOUT = Duration.ofSeconds(25);

    /** Longer than anything stays away in any scenario. */
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(90);

    private static final Duration BEFORE_RETRY = Duration.ofMillis(100);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param key Idempotency-Key, or null; @param bearer key or token, or null; @param body JSON, or null */
    record Question(String method, String path, String key, String bearer, String body) {

        static Question get(String path, String bearer) {
            return new Question("GET", path, null, bearer, null);
        }

        static Question post(String path, String key, String bearer, String body) {
            return new Question("POST", path, key, bearer, body);
        }
    }

    record Answer(int status, byte[] body) {

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

        /** As "409 seats-taken". */
        String outcome() {
            return status < 400 || body.length == 0
                    ? String.valueOf(status)
                    : status + " " + json().path("type").asText().replace("/problems/", "");
        }
    }

    /** It has no outcome, however often it was asked. */
    static final class Unsettled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Unsettled(Question question, String last) {
            super("Not settled within " + SETTLED_WITHIN + ": " + question + ", at last " + last);
        }
    }

    private final HttpClient http;
    private final String url;
    private final Tally tally;

    Asker(HttpClient http, String url, Tally tally) {
        this.http = http;
        this.url = url;
        this.tally = tally;
    }

    /** @throws Unsettled if there is no outcome in time */
    Answer settle(Question question) {
        tally.asks();
        var deadline = System.nanoTime() + SETTLED_WITHIN.toNanos();
        for (boolean first = true; ; first = false) {
            String failure;
            try {
                var answer = send(question);
                failure = answer.outcome();
                if (answer.status != 502 && answer.status != 503 && (first || !isInUse(failure))) {
                    return answer;
                }
            } catch (IOException e) {
                failure = e.getClass().getSimpleName();
            }
            tally.failed(failure, first);
            if (System.nanoTime() > deadline) {
                throw new Unsettled(question, failure);
            }
            LockSupport.parkNanos(BEFORE_RETRY.toNanos());
        }
    }

    /** Whoever asks again may meet his own first request, which is still on its way. */
    private static boolean isInUse(String outcome) {
        return outcome.equals("409 idempotency-key-in-use");
    }

    private Answer send(Question question) throws IOException {
        var request = HttpRequest.newBuilder(URI.create(url + question.path)).timeout(TIMEOUT);
        if (question.key != null) {
            request.header("Idempotency-Key", question.key);
        }
        if (question.bearer != null) {
            request.header("Authorization", "Bearer " + question.bearer);
        }
        if (question.body != null) {
            request.header("Content-Type", "application/json");
        }
        request.method(
                question.method,
                question.body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(question.body));
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
