package seatlock.support;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** A server with the API of Seatlock, for one event of four seats, that has one fault. */
public final class FaultyServer implements AutoCloseable {

    public enum Fault {
        /** Every request gets the seat. */
        SELLS_TWICE,
        /** An acknowledged reservation does not exist. */
        FORGETS,
        /** The seat map never changes. */
        SHOWS_FREE,
        /** Every request fails. */
        FAILS,
        REFUSES_EVERYBODY,
        /** Not a fault: the first response is lost, after its effect. */
        HANGS_UP_ONCE,
        /** Not a fault: the first response takes a fifth of a second. */
        HESITATES_ONCE
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SEATS = 4;

    private final Fault fault;
    private final HttpServer server;
    private final Map<String, String> replies = new HashMap<>();
    private final Map<String, String> holders = new TreeMap<>();
    private int reservations;

    public FaultyServer(Fault fault) {
        this.fault = fault;
        try {
            server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newSingleThreadExecutor()); // so nothing here needs a lock
        server.start();
    }

    public URI url() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        if (path.equals("/livez")) {
            reply(exchange, 200, "alive");
        } else if (path.equals("/api/events")) {
            reply(exchange, 201, "{\"id\":\"the-event\"}");
        } else if (path.endsWith("/seats")) {
            reply(exchange, 200, map());
        } else if (path.endsWith("/reservations")) {
            reserve(exchange);
        } else {
            read(exchange, path.substring(path.lastIndexOf('/') + 1));
        }
    }

    private void reserve(HttpExchange exchange) throws IOException {
        var label = JSON.readTree(exchange.getRequestBody().readAllBytes())
                .at("/seats/0")
                .asText();
        var key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (fault == Fault.FAILS) {
            reply(exchange, 418, "{\"type\":\"/problems/teapot\"}");
        } else if (fault == Fault.REFUSES_EVERYBODY) {
            reply(exchange, 409, "{\"type\":\"/problems/seats-taken\"}");
        } else if (fault == Fault.SELLS_TWICE) {
            reply(exchange, 201, reservation(label));
        } else {
            var isFirst = replies.isEmpty();
            var reply = replies.computeIfAbsent(key, k -> reservation(label));
            if (fault == Fault.HANGS_UP_ONCE && isFirst) {
                exchange.close();
            } else {
                if (fault == Fault.HESITATES_ONCE && isFirst) {
                    LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                }
                reply(exchange, 201, reply);
            }
        }
    }

    private String reservation(String label) {
        var id = UUID.randomUUID().toString();
        reservations++;
        holders.put(label, id);
        return String.format(
                Locale.ROOT,
                "{\"id\":\"%s\",\"number\":%d,\"status\":\"PENDING\",\"seats\":[{\"label\":\"%s\"}]}",
                id,
                reservations,
                label);
    }

    private void read(HttpExchange exchange, String id) throws IOException {
        var found = holders.entrySet().stream()
                .filter(holder -> holder.getValue().equals(id))
                .findFirst();
        if (fault == Fault.FORGETS || found.isEmpty()) {
            reply(exchange, 404, "{\"type\":\"/problems/not-found\"}");
        } else {
            reply(
                    exchange,
                    200,
                    String.format(
                            Locale.ROOT,
                            "{\"status\":\"PENDING\",\"seats\":[{\"label\":\"%s\"}]}",
                            found.get().getKey()));
        }
    }

    private String map() {
        var seats = new StringBuilder();
        for (int i = 1; i <= SEATS; i++) {
            var label = "FLOOR-1-" + i;
            var isHeld = holders.containsKey(label) && fault != Fault.SHOWS_FREE;
            seats.append(i == 1 ? "" : ",")
                    .append(String.format(
                            Locale.ROOT, "{\"label\":\"%s\",\"status\":\"%s\"}", label, isHeld ? "HELD" : "AVAILABLE"));
        }
        return "{\"seats\":[" + seats + "],\"next\":null}";
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
