package seatlock.changes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.maintenance.Sequencer;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Storm;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** A client that polls the feed of an event during a storm of changes sees each change once, in order, and in the end all. */
class FeedTest {

    private static final int WRITERS = 12;
    private static final int ROUNDS = Storm.size(3, 12);

    /** Each round of a writer: a confirmation, another one and its refund, a cancellation. */
    private static final int CHANGES = WRITERS * ROUNDS * 4;

    private static final int PAGE = 7;

    private record Seen(long position, String id, String reservation, int version) {

        static Seen of(JsonNode change) {
            return new Seen(
                    change.get("position").asLong(),
                    change.get("id").asText(),
                    change.get("reservationId").asText(),
                    change.get("version").asInt());
        }
    }

    /** A client that knows two nodes. If the one it prefers does not respond, it repeats the request at the other one. */
    private record Client(Api preferred, Api other) {

        interface Request {
            Api.Response sentTo(Api node);
        }

        JsonNode send(Request request) {
            return Api.patiently(() -> {
                        try {
                            return request.sentTo(preferred);
                        } catch (UncheckedIOException e) {
                            return request.sentTo(other);
                        }
                    })
                    .json();
        }

        String reserve(EventId event, int seat) {
            var key = UUID.randomUUID().toString();
            return send(node -> node.reserve(event, key, new String[] {"S-A-" + seat}))
                    .get("id")
                    .asText();
        }

        String buy(EventId event, int seat) {
            var id = reserve(event, seat);
            var key = UUID.randomUUID().toString();
            var confirmed = send(node -> node.confirm(event, id, key, 4500));
            assertThat(confirmed.get("status").asText()).isEqualTo("CONFIRMED");
            return id;
        }

        void cancel(EventId event, String reservation) {
            var cancelled = send(node -> node.cancel(event, reservation, TestSystem.ADMIN_KEY));
            assertThat(cancelled.get("status").asText()).isEqualTo("CANCELLED");
        }
    }

    @Test
    void a_poller_sees_each_change_of_twelve_writers_on_two_nodes_once_and_in_order() {
        try (var system = new TestSystem();
                var sequencer = new Sequencer(system.database, system.feed)) {
            var event = system.event(WRITERS * ROUNDS * 3).id();
            var second = system.anotherNode();
            var secondSequencer = new Sequencer(system.database, new Feed());
            sequencer.start();
            secondSequencer.start();
            var elsewhere = new Api("http://localhost:" + second.port(), TestSystem.ADMIN_KEY);
            var done = new AtomicInteger();
            var pollers = List.of(new Client(system.api, elsewhere), new Client(elsewhere, system.api)).stream()
                    .map(client -> CompletableFuture.supplyAsync(() -> poll(client, event)))
                    .toList();

            Concurrently.run(WRITERS + 1, number -> {
                if (number == WRITERS) {
                    Wait.until("half of it is written", () -> done.get() >= WRITERS * ROUNDS / 2);
                    secondSequencer.close();
                    second.close();
                    return null;
                }
                var client = number % 2 == 0 ? new Client(system.api, elsewhere) : new Client(elsewhere, system.api);
                for (int round = 0; round < ROUNDS; round++) {
                    write(client, event, 3 * (number * ROUNDS + round));
                    done.incrementAndGet();
                }
                return null;
            });

            var written = system.query(
                    "SELECT change_id FROM changes WHERE event_id = ?",
                    row -> row.uuid("change_id").toString(),
                    event.value());
            assertThat(written).hasSize(CHANGES);
            for (var poller : pollers) {
                var seen = poller.join();
                assertThat(seen).extracting(Seen::position).isEqualTo(upTo(CHANGES));
                assertThat(seen).extracting(Seen::id).containsExactlyInAnyOrderElementsOf(written);
                assertInOrderOfVersions(seen);
            }
            assertThat(pollers.get(0).join()).isEqualTo(pollers.get(1).join());
            assertThat(system.violations(event)).isEmpty();
        }
    }

    private static void write(Client client, EventId event, int firstSeat) {
        client.buy(event, firstSeat + 1);
        client.cancel(event, client.buy(event, firstSeat + 2));
        client.cancel(event, client.reserve(event, firstSeat + 3));
    }

    /** Polls until it has seen as many changes as will be made. A change that it missed would make it wait forever. */
    private static List<Seen> poll(Client client, EventId event) {
        var seen = new ArrayList<Seen>();
        long after = 0;
        while (seen.size() < CHANGES) {
            var path = "/api/events/" + event + "/changes?limit=" + PAGE + "&wait=25&after=" + after;
            var page = client.send(node -> node.get(path, TestSystem.ADMIN_KEY));
            page.get("changes").forEach(change -> seen.add(Seen.of(change)));
            after = page.get("next").asLong();
        }
        return seen;
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static void assertInOrderOfVersions(List<Seen> seen) {
        Map<String, Integer> versions = new HashMap<>();
        for (var change : seen) {
            assertThat(change.version).isEqualTo(versions.getOrDefault(change.reservation, 1) + 1);
            versions.put(change.reservation, change.version);
        }
    }

    /** More than one transaction gives positions to: the last changes of a reservation must not precede its first ones. */
    @Test
    void a_backlog_is_sequenced_in_batches_in_order_of_the_versions() {
        try (var system = new TestSystem();
                var sequencer = new Sequencer(system.database, system.feed)) {
            var event = system.event(2).id();
            var id = UUID.fromString(
                    system.api.reserve(event, "S-A-1").json().get("id").asText());
            system.api.buyOne(event, "S-A-2");
            var count = 2 * Feed.BATCH + 1;
            system.update("UPDATE reservations SET version = ? WHERE reservation_id = ?", count + 1, id);
            system.update("""
                    INSERT INTO changes (event_id, change_id, type, reservation_id, version, actor, changed_at)
                    SELECT ?, gen_random_uuid(), 'reservation.corrected', ?, v, 'job', now() - make_interval(secs => v)
                      FROM generate_series(2, ?) AS v
                    """, event.value(), id, count + 1);

            sequencer.runOnce();

            assertThat(system.query(
                            "SELECT version FROM changes WHERE event_id = ? AND reservation_id = ? ORDER BY position",
                            row -> row.integer("version"),
                            event.value(),
                            id))
                    .isEqualTo(IntStream.rangeClosed(2, count + 1).boxed().toList());
            assertThat(system.count("SELECT last_position AS n FROM feeds")).isEqualTo(count + 1);
            assertThat(system.violations(event)).isEmpty();
        }
    }
}
