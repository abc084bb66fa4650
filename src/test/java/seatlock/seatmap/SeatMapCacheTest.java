package seatlock.seatmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import seatlock.App;
import seatlock.catalog.EventId;
import seatlock.concurrent.Overload;
import seatlock.db.Database;
import seatlock.db.TransactionPool;
import seatlock.metrics.Metrics;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Tally;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests that a cached seat map is never too old, and is not built more often than necessary. */
class SeatMapCacheTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    /**
     * A cache besides the server's, which behaves like another node: it does not learn of the server's changes. Its clock moves
     * only when a test moves it, and its builds are counted.
     */
    private static final class Cache implements AutoCloseable {
        final AtomicLong clock = new AtomicLong();
        final AtomicInteger builds = new AtomicInteger(); // that have ended
        final TransactionPool reads;
        final SeatMaps maps;

        Cache(TestSystem system) {
            this(system, Runnable::run);
        }

        /** @param continuations runs delayed builds, and what depends on a page */
        Cache(TestSystem system, Executor continuations) {
            this(system, system.database, continuations);
        }

        Cache(TestSystem system, Database database, Executor continuations) {
            reads = new TransactionPool(
                    "test",
                    database,
                    8,
                    6,
                    ending -> {
                        builds.incrementAndGet();
                        ending.run();
                    },
                    new Metrics());
            maps = new SeatMaps(reads, system.catalog, system.inventoryReader, continuations, clock::get);
        }

        CompletableFuture<SeatMaps.Page> find(EventId event) {
            return maps.find(wholeMap(event), false);
        }

        /** Returns the statuses of all seats, such as "HELD AVAILABLE". */
        String statuses(EventId event) {
            var statuses = new ArrayList<String>();
            try {
                JSON.readTree(find(event).join().plain())
                        .get("seats")
                        .forEach(seat -> statuses.add(seat.get("status").asText()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return String.join(" ", statuses);
        }

        void advance(Duration time) {
            clock.addAndGet(time.toNanos());
        }

        @Override
        public void close() {
            reads.close();
        }
    }

    private static SeatMap.Query wholeMap(EventId event) {
        return new SeatMap.Query(event, null, null, SeatMap.MAX_SEATS, 0);
    }

    private static String path(EventId event) {
        return "/api/events/" + event + "/seats";
    }

    private static Database oneConnection(TestSystem system) {
        return Database.open(system.url, 1, App.READ_STATEMENT_TIMEOUT);
    }

    /** Waits until a build waits for the only connection, which the calling test uses. */
    private static void awaitBlockedBuild(Database single) {
        Wait.until(
                "the build waits for the connection", () -> single.connections().waiting() == 1);
    }

    @Test
    void a_change_is_visible_at_once_on_the_node_that_made_it() {
        var event = system.event(100);
        for (int i = 1; i <= 100; i++) {
            assertThat(api.reserve(event.id(), "S-A-" + i).status()).isEqualTo(201);
            assertThat(api.get(path(event.id()))
                            .json()
                            .at("/seats/" + (i - 1) + "/status")
                            .asText())
                    .isEqualTo("HELD");
        }
    }

    @Test
    void a_change_made_by_another_node_becomes_visible() {
        try (var other = system.anotherNode()) {
            var otherApi = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var event = system.event(20);
            for (int i = 1; i <= 20; i++) {
                var etag = api.get(path(event.id())).header("ETag");

                assertThat(otherApi.reserve(event.id(), "S-A-" + i).status()).isEqualTo(201);

                var expected = otherApi.get(path(event.id()));
                assertThat(expected.header("ETag")).isNotEqualTo(etag);
                Wait.until(
                        "the other node's sale is visible",
                        () -> api.get(path(event.id())).header("ETag").equals(expected.header("ETag")));
                assertThat(api.get(path(event.id())).text()).isEqualTo(expected.text());
            }
        }
    }

    @Test
    void a_page_is_served_from_memory_for_exactly_a_quarter_of_a_second() {
        for (int nanosTooOld = 0; nanosTooOld <= 1; nanosTooOld++) {
            var event = system.event(2);
            try (var cache = new Cache(system)) {
                cache.find(event.id()).join();
                api.reserve(event.id(), "S-A-1");

                cache.advance(Duration.ofMillis(250).plusNanos(nanosTooOld));

                assertThat(cache.statuses(event.id()))
                        .isEqualTo(nanosTooOld == 0 ? "AVAILABLE AVAILABLE" : "HELD AVAILABLE");
            }
        }
    }

    @Test
    void a_page_older_than_half_the_maximum_age_is_renewed_for_later_requests() {
        var event = system.event(2);
        try (var cache = new Cache(system)) {
            cache.find(event.id()).join();
            api.reserve(event.id(), "S-A-1");
            cache.advance(Duration.ofMillis(125));
            cache.find(event.id()).join();
            assertThat(cache.builds).as("at exactly half the maximum age").hasValue(1);

            cache.advance(Duration.ofNanos(1));
            assertThat(cache.find(event.id()))
                    .as("does not wait for the new build")
                    .isDone();
            Wait.until("the page was renewed", () -> cache.builds.get() == 2);

            assertThat(cache.statuses(event.id())).isEqualTo("HELD AVAILABLE");
            assertThat(cache.builds).hasValue(2);
        }
    }

    @Test
    void a_page_read_before_a_change_of_this_node_is_not_served_after_it() {
        var event = system.event(2);
        var unchanged = system.event(2);
        try (var cache = new Cache(system)) {
            cache.find(event.id()).join();
            cache.find(unchanged.id()).join();
            api.reserve(event.id(), "S-A-1");
            assertThat(cache.statuses(event.id())).isEqualTo("AVAILABLE AVAILABLE");

            cache.advance(Duration.ofNanos(1));
            cache.maps.changed(event.id());

            assertThat(cache.statuses(event.id())).isEqualTo("HELD AVAILABLE");
            cache.find(unchanged.id()).join();
            assertThat(cache.builds).hasValue(3);
        }
    }

    /** The cache remembers 10,000 changes. An event that may have changed earlier counts as changed. */
    @Test
    void a_change_is_not_missed_after_ten_thousand_later_changes() {
        var event = system.event(2);
        try (var cache = new Cache(system)) {
            cache.find(event.id()).join();
            api.reserve(event.id(), "S-A-1");
            cache.advance(Duration.ofNanos(1));
            cache.maps.changed(event.id());
            for (int i = 0; i < 10_000; i++) {
                cache.maps.changed(new EventId(UUID.randomUUID()));
            }

            assertThat(cache.statuses(event.id())).isEqualTo("HELD AVAILABLE");
        }
    }

    @Test
    void a_lapsed_hold_is_shown_as_available_within_the_maximum_age() {
        var event = system.event(2);
        api.reserve(event.id(), "S-A-1");
        try (var cache = new Cache(system)) {
            assertThat(cache.statuses(event.id())).isEqualTo("HELD AVAILABLE");

            system.lapse(event.id());
            cache.advance(Duration.ofMillis(251));

            assertThat(cache.statuses(event.id())).isEqualTo("AVAILABLE AVAILABLE");
        }
    }

    @Test
    void an_unchanged_page_is_read_again_but_not_written_again() {
        var event = system.event(2);
        try (var cache = new Cache(system)) {
            var page = cache.maps.find(wholeMap(event.id()), true).join();
            cache.advance(Duration.ofMillis(251));

            assertThat(cache.maps.find(wholeMap(event.id()), true).join()).isSameAs(page);
            assertThat(cache.builds).hasValue(2);
        }
    }

    @Test
    void two_hundred_requests_for_a_cold_page_build_it_once() {
        var event = system.event(10_000);
        try (var cache = new Cache(system)) {
            var pages = Concurrently.run(
                    200, i -> cache.maps.find(wholeMap(event.id()), i % 2 == 0).join());

            assertThat(pages).hasSize(200).containsOnly(pages.get(0));
            assertThat(cache.builds).hasValue(1);
        }
    }

    @Test
    void two_hundred_clients_get_the_same_map() {
        var event = system.event(10_000);

        var responses = Concurrently.run(200, i -> api.get(path(event.id())));

        assertThat(Tally.of(responses, Api.Response::outcome)).isEqualTo(Map.of("200", 200L));
        assertThat(responses)
                .extracting(response -> response.header("ETag"))
                .containsOnly(responses.get(0).header("ETag"));
    }

    /** The only connection is in use, so the first build cannot end. The requests after the change share the next build. */
    @Test
    void requests_after_a_change_do_not_share_a_build_that_began_before_it() {
        try (var own = new TestSystem();
                var single = oneConnection(own);
                var cache = new Cache(own, single, Runnable::run)) {
            var event = own.event(2);
            var before = new ArrayList<CompletableFuture<SeatMaps.Page>>();
            var after = new ArrayList<CompletableFuture<SeatMaps.Page>>();
            single.inTransaction(tx -> {
                before.add(cache.find(event.id()));
                awaitBlockedBuild(single);
                before.add(cache.find(event.id()));
                cache.advance(Duration.ofNanos(1));
                cache.maps.changed(event.id());
                for (int i = 0; i < 50; i++) {
                    after.add(cache.find(event.id()));
                }
                return null;
            });

            before.forEach(CompletableFuture::join);
            after.forEach(CompletableFuture::join);
            assertThat(cache.builds).hasValue(2);
        }
    }

    /** The first build takes 40 ms of the test's clock, so the next one begins 160 ms later, by the real clock. */
    @Test
    void a_build_is_followed_by_a_pause_in_which_requests_wait_for_one_more_build() {
        Queue<Runnable> continuations = new ConcurrentLinkedQueue<>();
        try (var own = new TestSystem();
                var single = oneConnection(own);
                var cache = new Cache(own, single, continuations::add)) {
            var event = own.event(2);
            single.inTransaction(tx -> {
                cache.find(event.id());
                awaitBlockedBuild(single);
                cache.advance(Duration.ofMillis(40));
                return null;
            });
            Wait.until("the first build has ended", () -> !continuations.isEmpty());
            continuations.remove().run();
            cache.maps.changed(event.id());

            var waiting = new ArrayList<CompletableFuture<SeatMaps.Page>>();
            for (int i = 0; i < 50; i++) {
                waiting.add(cache.find(event.id()));
            }
            Wait.until("the pause has ended", () -> !continuations.isEmpty());
            assertThat(continuations)
                    .as("the next build, which has not started")
                    .hasSize(1);
            assertThat(cache.builds).hasValue(1);
            continuations.remove().run();

            Wait.until("each request gets its page", () -> continuations.size() == 50);
            continuations.forEach(Runnable::run);
            assertThat(waiting).allMatch(CompletableFuture::isDone);
            assertThat(cache.builds).hasValue(2);
        }
    }

    @Test
    void a_failed_build_fails_only_the_requests_that_waited_for_it() {
        try (var own = new TestSystem();
                var cache = new Cache(own)) {
            var event = own.event(2);
            own.update("ALTER TABLE seats RENAME TO renamed_seats");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> cache.find(event.id()).join()).isInstanceOf(CompletionException.class);
            }
            own.update("ALTER TABLE renamed_seats RENAME TO seats");

            assertThat(cache.statuses(event.id())).isEqualTo("AVAILABLE AVAILABLE");
            assertThat(cache.builds).hasValue(3);
        }
    }

    /** As when the queue of the event is full. */
    @Test
    void every_request_is_refused_while_no_build_can_start() {
        var event = system.event(2);
        try (var cache = new Cache(system)) {
            cache.find(event.id()).join();
            cache.reads.close();
            cache.advance(SeatMaps.MAX_AGE.plusNanos(1));
            for (int i = 0; i < 3; i++) {
                var refused = cache.find(event.id());
                assertThat(refused).isCompletedExceptionally();
                assertThatThrownBy(refused::join).hasCauseInstanceOf(Overload.class);
            }
        }
    }

    @Test
    void an_unknown_event_is_not_cached() {
        try (var cache = new Cache(system)) {
            var unknown = new EventId(UUID.randomUUID());
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> cache.find(unknown).join()).hasCauseInstanceOf(UnknownEvent.class);
            }
            assertThat(cache.builds).hasValue(2);
        }
    }
}
