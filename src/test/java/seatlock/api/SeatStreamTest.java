package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.limits.RateLimiter;
import seatlock.metrics.Metrics;
import seatlock.support.SeatStream;
import seatlock.support.SeatStream.Told;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Clients that follow the seat map of an event. */
class SeatStreamTest {

    private final TestSystem system = TestSystem.shared();

    /** Reads a stream on a thread of its own. */
    private static final class Follower implements AutoCloseable {
        private final SeatStream stream;
        private final LinkedBlockingQueue<Told> told = new LinkedBlockingQueue<>();
        private volatile boolean ended;

        Follower(int port, EventId event, String... headers) {
            try {
                stream = new SeatStream(URI.create("http://localhost:" + port), event.toString(), headers);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            var thread = new Thread(this::read);
            thread.setDaemon(true);
            thread.start();
        }

        List<String> head() {
            return stream.head;
        }

        private void read() {
            try {
                for (var next = stream.next(); next != null; next = stream.next()) {
                    told.add(next);
                }
            } catch (IOException e) {
                // cut off
            }
            ended = true;
        }

        Told next() {
            try {
                var next = told.poll(60, TimeUnit.SECONDS);
                assertThat(next).as("an event of the stream").isNotNull();
                return next;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    private int port() {
        return system.server.port();
    }

    @Test
    void a_client_gets_a_snapshot_and_then_what_changes() {
        var event = system.event(4);
        system.api.reserve(event.id(), "S-A-2");
        try (var client = new Follower(port(), event.id())) {
            assertThat(client.head()).contains("Content-Type: text/event-stream", "Cache-Control: no-store");
            var snapshot = client.next();
            assertThat(snapshot.name()).isEqualTo("snapshot");
            assertThat(snapshot.data().get("statuses").asText()).isEqualTo("AH2A");
            assertThat(snapshot.data().get("version").asInt()).isEqualTo(1);

            var reserved = system.api.reserve(event.id(), "S-A-3").json();
            assertThat(client.next().data().toString()).isEqualTo("{\"seats\":{\"H\":\"2\"},\"areas\":[]}");
            system.api.confirm(event.id(), reserved.get("id").asText(), 4500);
            var sold = client.next();
            assertThat(sold.name()).isEqualTo("changes");
            assertThat(sold.data().at("/seats/S").asText()).isEqualTo("2");
        }
    }

    @Test
    void places_are_counted_and_seats_are_named_by_position() {
        var created = system.api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "sections":[{"name":"BOX","price":4500,"rows":[{"name":"A \\"1\\"","seats":[{"number":"12A"},null,{"number":"14"}]}]},
                             {"name":"FLOOR","price":4500,"places":5}]}
                """);
        var event = new EventId(UUID.fromString(created.json().get("id").asText()));
        try (var client = new Follower(port(), event)) {
            assertThat(client.next().data().get("areas").toString())
                    .isEqualTo("[{\"section\":\"FLOOR\",\"available\":5}]");
            system.api.reserve(event, "BOX-A \"1\"-12A");
            assertThat(client.next().data().at("/seats/H").asText()).isEqualTo("0");
            system.api.reserveWith(
                    event,
                    "two-places",
                    "{\"places\":[{\"section\":\"FLOOR\",\"quantity\":2}],\"email\":\"ada@example.org\"}");
            assertThat(client.next().data().toString())
                    .isEqualTo("{\"seats\":{},\"areas\":[{\"section\":\"FLOOR\",\"available\":3}]}");
        }
    }

    @Test
    void seats_sold_on_one_node_are_told_on_the_others() {
        var event = system.event(2);
        try (var other = system.anotherNode();
                var client = new Follower(other.port(), event.id())) {
            client.next();
            system.api.reserve(event.id(), "S-A-1");
            assertThat(client.next().data().at("/seats/H").asText()).isEqualTo("0");
        }
    }

    @Test
    void a_client_that_comes_back_gets_a_snapshot_only_if_something_has_changed() {
        var event = system.event(2);
        String last;
        try (var client = new Follower(port(), event.id())) {
            last = client.next().id();
        }
        try (var client = new Follower(port(), event.id(), "Last-Event-ID: " + last)) {
            assertThat(client.next().name()).isEqualTo("comment");
            system.api.reserve(event.id(), "S-A-1");
            assertThat(client.next().name()).isEqualTo("changes");
        }
        try (var other = system.anotherNode();
                var client = new Follower(other.port(), event.id(), "Last-Event-ID: " + last)) {
            assertThat(client.next().name()).isEqualTo("snapshot");
        }
    }

    /** In the end, all of them know the statuses that the map shows. */
    @Test
    void every_client_ends_with_the_statuses_of_the_server() throws IOException {
        var event = system.event(300);
        var followers = new ArrayList<Follower>();
        try {
            for (int i = 0; i < 5; i++) {
                followers.add(new Follower(port(), event.id()));
            }
            for (int seat = 1; seat <= 300; seat++) {
                system.api.reserve(event.id(), "S-A-" + seat);
            }
            for (var follower : followers) {
                for (var known = ""; !known.equals("H".repeat(300)); ) {
                    known = follower.next().statuses(known);
                }
            }
        } finally {
            followers.forEach(Follower::close);
        }
    }

    @Test
    void streams_are_limited_in_number() {
        var event = system.event(500);
        var seat = new AtomicInteger();
        try (var limiter = TestSystem.noLimiter(new Metrics());
                var node = limitedNode(limiter);
                var first = new Follower(node.port(), event.id())) {
            first.next();
            try (var second = new Follower(node.port(), event.id())) {
                second.next();
                try (var third = new Follower(node.port(), event.id())) {
                    assertThat(third.head().get(0)).isEqualTo("HTTP/1.1 503 Service Unavailable");
                    assertThat(third.head()).anyMatch(line -> line.startsWith("Retry-After: "));
                }
            }
            // Its place is free once the server has tried to tell it something.
            Wait.until("another is admitted", () -> {
                system.api.reserve(event.id(), "S-A-" + seat.incrementAndGet());
                try (var third = new Follower(node.port(), event.id())) {
                    return third.head().get(0).endsWith("200 OK");
                }
            });
        }
    }

    private TestSystem.Node limitedNode(RateLimiter limiter) {
        var limits = new Limits(true, 1_000_000, 1_000_000, 100, 100, 100, 65_536, 65_536, 8_192, 2);
        return system.limitedNode(limits, Networks.NONE, limiter);
    }

    @Test
    void streams_end_when_the_node_stops() {
        var event = system.event(1);
        Follower client;
        try (var node = system.anotherNode()) {
            client = new Follower(node.port(), event.id());
            client.next();
        }
        Wait.until("the stream has ended", () -> client.ended);
        client.close();
    }

    @Test
    void an_unknown_event_is_not_found() {
        assertThat(system.api
                        .get("/api/events/01890a5d-ac96-774b-bcce-b302099a8057/seats/stream")
                        .outcome())
                .isEqualTo("404 not-found");
    }
}
