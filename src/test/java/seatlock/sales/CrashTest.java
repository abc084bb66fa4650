package seatlock.sales;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.catalog.EventId;
import seatlock.db.DatabaseUrl;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Jvm;
import seatlock.support.Servers;

/** Kills the server (SIGKILL) under load; then every client repeats its requests with the same keys. */
class CrashTest {

    private static final int CLIENTS = 16;
    private static final int REQUESTS = 1600;
    private static final int SEATS = 200;
    private static final int PLACES = 2000;
    private static final String HELD = "SELECT count(*) FROM seats WHERE status = 'HELD' AND ";
    private static final String KEY = "crash-test-admin-key-of-more-than-32-characters";

    @TempDir
    private Path home;

    private Api api;
    private EventId event;

    /** Sends one request: half of them for seats, of which four compete for each, half for one to eight places of the floor. */
    private Optional<Api.Response> send(int number) {
        try {
            var item = number % 2 == 0
                    ? "\"seats\":[\"S-A-" + (number / 2 % SEATS + 1) + "\"]"
                    : places(number / 2 % 8 + 1);
            return Optional.of(api.reserveWith(event, "key-" + number, "{" + item + ",\"email\":\"ada@example.org\"}"));
        } catch (UncheckedIOException e) {
            return Optional.empty(); // no response: the server was killed
        }
    }

    private static String places(int quantity) {
        return "\"places\":[{\"section\":\"FLOOR\",\"quantity\":" + quantity + "}]";
    }

    /** Sends all requests of one client. */
    private List<Optional<Api.Response>> sendAll(int client) {
        return sendAll(client, new CountDownLatch(0));
    }

    private List<Optional<Api.Response>> sendAll(int client, CountDownLatch sent) {
        var mine = new ArrayList<Optional<Api.Response>>();
        for (int i = client; i < REQUESTS; i += CLIENTS) {
            mine.add(send(i));
            sent.countDown();
        }
        return mine;
    }

    @Test
    void every_key_has_one_effect_although_the_server_is_killed_under_load() throws Exception {
        var settings = Map.of("SEATLOCK_ADMIN_KEY", KEY);
        var first = Jvm.start(Servers.withPrograms(home), settings).awaitReady();
        connect();
        var created = api.createEvent("{\"name\":\"N\",\"venue\":\"V\",\"startsAt\":\"2099-01-01T20:00:00Z\","
                + "\"timeZone\":\"Europe/Rome\",\"currency\":\"EUR\",\"sections\":[{\"name\":\"S\",\"price\":1,"
                + "\"rows\":[{\"name\":\"A\",\"seats\":" + SEATS + "}]},"
                + "{\"name\":\"FLOOR\",\"price\":1,\"places\":" + PLACES + "}]}");
        event = new EventId(UUID.fromString(created.json().get("id").asText()));

        // The kill comes after 300 requests, while the clients keep sending.
        var sent = new CountDownLatch(300);
        var kill = CompletableFuture.runAsync(() -> {
            await(sent);
            first.kill();
        });
        var before = merge(Concurrently.run(CLIENTS, client -> sendAll(client, sent)));
        kill.join();
        var lost = before.stream().filter(Optional::isEmpty).count();
        assertThat(lost).as("requests without a response").isBetween(1L, (long) REQUESTS - 300);

        try (var second = Jvm.start(home, settings).awaitReady()) {
            assertThat(second.output()).contains("stopped a PostgreSQL left running by a killed Seatlock process");
            connect();
            var repeated = merge(Concurrently.run(CLIENTS, this::sendAll));
            for (int i = 0; i < REQUESTS; i++) {
                var now = repeated.get(i).orElseThrow();
                assertThat(now.outcome()).isIn("201", i % 2 == 0 ? "409 seats-taken" : "409 sold-out");
                // A client that had a response gets the same one, byte for byte.
                before.get(i).ifPresent(earlier -> assertThat(now.text()).isEqualTo(earlier.text()));
            }
            assertThat(count(HELD + "section = 'S'")).isEqualTo(SEATS);
            assertThat(count("SELECT count(*) FROM idempotency_keys")).isEqualTo(REQUESTS);
            assertThat(count("SELECT count(*) FROM idempotency_keys WHERE substring(reply FROM 1 FOR 3) = '201'"))
                    .isEqualTo(count("SELECT count(*) FROM reservations"));
            var left = PLACES - (int) count(HELD + "section = 'FLOOR'");
            assertThat(left).isBetween(0, 7); // nobody was told "sold out" while enough places were free
            if (left > 0) {
                assertThat(reserve(left).outcome()).isEqualTo("201");
            }
            assertThat(reserve(1).outcome()).isEqualTo("409 sold-out");
            assertThat(count("SELECT count(DISTINCT seat_id) FROM reservation_seats WHERE active"))
                    .isEqualTo(SEATS + PLACES);
        }
    }

    private Api.Response reserve(int places) {
        return api.reserveWith(
                event, UUID.randomUUID().toString(), "{" + places(places) + ",\"email\":\"ada@example.org\"}");
    }

    private void connect() {
        api = new Api(Jvm.published(home, "URL"), KEY);
    }

    private long count(String sql) throws Exception {
        var url = DatabaseUrl.parse(Jvm.published(home, "DATABASE_URL"));
        try (var connection = Servers.connect(url);
                var result = connection.createStatement().executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    /** Restores the order of the requests: client c sent c, c + CLIENTS, c + 2 CLIENTS, … */
    private static List<Optional<Api.Response>> merge(List<List<Optional<Api.Response>>> byClient) {
        var merged = new ArrayList<Optional<Api.Response>>();
        for (int i = 0; i < REQUESTS; i++) {
            merged.add(byClient.get(i % CLIENTS).get(i / CLIENTS));
        }
        return merged;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
