package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.api.EventBodies.SeatBody;
import seatlock.api.EventBodies.Seats;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Terms;
import seatlock.concurrent.Overload;
import seatlock.db.TransactionPool;
import seatlock.http.Json;
import seatlock.inventory.SeatStatus;
import seatlock.metrics.Metrics;
import seatlock.seatmap.SeatMap;
import seatlock.seatmap.SeatMaps;
import seatlock.seatmap.UnknownEvent;
import seatlock.support.Api;
import seatlock.support.Crowd;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Seat maps from memory: the right bytes, never too old, and not built more often than needed. */
class SeatMapTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    /**
     * Seat maps beside those of the server, which so is another node to them: with a clock that stands still, and builds
     * that are counted.
     */
    private static final class Bench implements AutoCloseable {
        final AtomicLong clock = new AtomicLong();
        final AtomicInteger builds = new AtomicInteger();
        final TransactionPool reads;
        final SeatMaps maps;

        Bench(TestSystem system) {
            reads = new TransactionPool(
                    "test",
                    system.database,
                    8,
                    6,
                    ending -> {
                        builds.incrementAndGet();
                        ending.run();
                    },
                    new Metrics());
            maps = new SeatMaps(reads, system.catalog, system.inventoryReader, Runnable::run, clock::get);
        }

        String map(EventId event) {
            return new String(maps.find(whole(event), false).join().plain(), StandardCharsets.UTF_8);
        }

        void pass(Duration time) {
            clock.addAndGet(time.toNanos());
        }

        @Override
        public void close() {
            reads.close();
        }
    }

    private static SeatMap.Query whole(EventId event) {
        return new SeatMap.Query(event, null, null, SeatMap.MAX_SEATS, 0);
    }

    private Bench bench() {
        return new Bench(system);
    }

    private static String path(EventId event) {
        return "/api/events/" + event + "/seats";
    }

    private static String statuses(String map) {
        var statuses = new ArrayList<String>();
        Json.readTree(map.getBytes(StandardCharsets.UTF_8))
                .get("seats")
                .forEach(seat -> statuses.add(seat.get("status").asText()));
        return String.join(" ", statuses);
    }

    private HttpResponse<byte[]> send(EventId event, String method, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + system.server.port() + path(event)))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
    }

    private static byte[] decompressed(byte[] gzip) throws IOException {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        }
    }

    private Event hostileEvent() {
        var plan = new SeatPlan(List.of(
                new SeatPlan.Section(
                        "Quote \" and \\ and /",
                        0,
                        List.of(
                                new SeatPlan.Row("\"", 3),
                                new SeatPlan.Row("\\\\\"", 1),
                                new SeatPlan.Row("</script>", 12))),
                new SeatPlan.Section("Plain", 4500, List.of(new SeatPlan.Row("A", 1_001))),
                new SeatPlan.Section(
                        "Ἀΐδα 🎭",
                        1_000_000_000_000L,
                        List.of(
                                new SeatPlan.Row("é", 2),
                                new SeatPlan.Row("👩‍👩‍👧", 11),
                                new SeatPlan.Row("\u2028", 2)))));
        var event = new Event(
                new EventId(UUID.randomUUID()),
                "Aida",
                "Arena di Verona",
                ZoneId.of("Europe/Rome"),
                Currency.getInstance("EUR"),
                Terms.first(
                        Instant.now().plus(365, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MICROS), 100, Optional.empty()),
                (int) plan.capacity(),
                Instant.now().truncatedTo(ChronoUnit.MICROS));
        system.database.inTransaction(tx -> system.catalog.create(tx, event, plan));
        return event;
    }

    /** The answer as the seats table and Jackson would have it. */
    private String expected(EventId event, String section, SeatStatus status, int limit, int after) {
        record Found(int id, SeatBody seat) {}
        var found = system.query(
                "SELECT * FROM seats WHERE event_id = ? AND seat_id > ? ORDER BY seat_id",
                row -> new Found(
                        row.integer("seat_id"),
                        new SeatBody(
                                row.text("label"),
                                row.text("section"),
                                row.text("row_name"),
                                Integer.parseInt(row.text("seat_number")),
                                row.bigint("price"),
                                SeatStatus.of(row.text("status")).orElseThrow())),
                event.value(),
                after);
        var shown = found.stream()
                .filter(seat -> section == null || seat.seat().section().equals(section))
                .filter(seat -> status == null || seat.seat().status() == status)
                .toList();
        var page = shown.subList(0, Math.min(limit, shown.size()));
        var next = shown.size() > limit ? (Integer) page.get(limit - 1).id() : null;
        return new String(
                Json.write(
                        new Seats(event.value(), page.stream().map(Found::seat).toList(), next)),
                StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,             -,         25000, 0",
                "-,             -,         1,     0",
                "-,             -,         16,    0",
                "-,             -,         5,     14",
                "-,             -,         1032,  0",
                "-,             -,         1031,  0",
                "-,             -,         10,    1032",
                "-,             -,         10,    1000000",
                "-,             HELD,      25000, 0",
                "-,             HELD,      1,     0",
                "-,             HELD,      1,     2",
                "-,             HELD,      1,     3",
                "-,             AVAILABLE, 1029,  0",
                "-,             AVAILABLE, 1030,  0",
                "-,             SOLD,      10,    0",
                "Plain,         -,         25000, 0",
                "Plain,         AVAILABLE, 999,   16",
                "Plain,         HELD,      1,     0",
                "Ἀΐδα 🎭,       -,         3,     1018",
                "Ἀΐδα 🎭,       HELD,      25000, 0",
                "nowhere,       -,         10,    0"
            })
    void a_page_is_byte_for_byte_what_jackson_would_have_written(
            String section, SeatStatus status, int limit, int after) {
        var event = hostileEvent();
        assertThat(api.reserve(event.id(), "Quote \" and \\ and /-\"-2", "Plain-A-1001", "Ἀΐδα 🎭-👩‍👩‍👧-11")
                        .status())
                .isEqualTo(201);

        try (var bench = bench()) {
            var query = new SeatMap.Query(event.id(), section, status, limit, after);
            assertThat(new String(bench.maps.find(query, false).join().plain(), StandardCharsets.UTF_8))
                    .isEqualTo(expected(event.id(), section, status, limit, after));
        }
    }

    @Test
    void a_page_of_a_status_that_few_seats_have_is_found_beyond_what_one_statement_reads() {
        var event = system.event(60_000);
        assertThat(api.reserve(event.id(), "S-A-1", "S-A-1001", "S-A-59999").status())
                .isEqualTo(201);

        try (var bench = bench()) {
            var first = new SeatMap.Query(event.id(), null, SeatStatus.HELD, 2, 0);
            var second = new SeatMap.Query(event.id(), null, SeatStatus.HELD, 2, 1001);
            assertThat(new String(bench.maps.find(first, false).join().plain(), StandardCharsets.UTF_8))
                    .contains("\"S-A-1\"", "\"S-A-1001\"")
                    .endsWith("],\"next\":1001}");
            assertThat(new String(bench.maps.find(second, false).join().plain(), StandardCharsets.UTF_8))
                    .contains("\"S-A-59999\"")
                    .endsWith("],\"next\":null}");
        }
    }

    @Test
    void who_buys_here_sees_it_here_at_once() {
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
    void what_another_node_sold_is_seen_here_soon() {
        try (var other = system.anotherNode()) {
            var there = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var event = system.event(20);
            for (int i = 1; i <= 20; i++) {
                var etag = api.get(path(event.id())).header("ETag");

                assertThat(there.reserve(event.id(), "S-A-" + i).status()).isEqualTo(201);

                var expected = there.get(path(event.id()));
                assertThat(expected.header("ETag")).isNotEqualTo(etag);
                Wait.until(
                        "what the other node sold is seen",
                        () -> api.get(path(event.id())).header("ETag").equals(expected.header("ETag")));
                assertThat(api.get(path(event.id())).text()).isEqualTo(expected.text());
            }
        }
    }

    @Test
    void a_page_is_served_from_memory_until_it_is_a_quarter_of_a_second_old_and_not_longer() {
        for (int nanosTooOld = 0; nanosTooOld <= 1; nanosTooOld++) {
            var event = system.event(2);
            try (var bench = bench()) {
                bench.map(event.id());
                api.reserve(event.id(), "S-A-1");

                bench.pass(Duration.ofMillis(250).plusNanos(nanosTooOld));

                assertThat(statuses(bench.map(event.id())))
                        .isEqualTo(nanosTooOld == 0 ? "AVAILABLE AVAILABLE" : "HELD AVAILABLE");
            }
        }
    }

    @Test
    void a_page_read_before_a_change_of_this_node_is_not_served_after_it() {
        var event = system.event(2);
        var unchanged = system.event(2);
        try (var bench = bench()) {
            bench.map(event.id());
            bench.map(unchanged.id());
            api.reserve(event.id(), "S-A-1");
            assertThat(statuses(bench.map(event.id()))).isEqualTo("AVAILABLE AVAILABLE");

            bench.pass(Duration.ofNanos(1));
            bench.maps.changed(event.id());

            assertThat(statuses(bench.map(event.id()))).isEqualTo("HELD AVAILABLE");
            bench.map(unchanged.id());
            assertThat(bench.builds).hasValue(3);
        }
    }

    /** More changes than are kept: what is not known to be unchanged counts as changed. */
    @Test
    void a_change_that_was_forgotten_is_not_missed() {
        var event = system.event(2);
        try (var bench = bench()) {
            bench.map(event.id());
            api.reserve(event.id(), "S-A-1");
            bench.pass(Duration.ofNanos(1));
            bench.maps.changed(event.id());
            for (int i = 0; i < 10_000; i++) {
                bench.maps.changed(new EventId(UUID.randomUUID()));
            }

            assertThat(statuses(bench.map(event.id()))).isEqualTo("HELD AVAILABLE");
        }
    }

    @Test
    void a_lapsed_hold_is_shown_available_within_the_bound() {
        var event = system.event(2);
        api.reserve(event.id(), "S-A-1");
        try (var bench = bench()) {
            assertThat(statuses(bench.map(event.id()))).isEqualTo("HELD AVAILABLE");

            system.lapse(event.id());
            bench.pass(Duration.ofMillis(251));

            assertThat(statuses(bench.map(event.id()))).isEqualTo("AVAILABLE AVAILABLE");
        }
    }

    @Test
    void what_has_not_changed_is_read_again_but_not_written_again() {
        var event = system.event(2);
        try (var bench = bench()) {
            var page = bench.maps.find(whole(event.id()), true).join();
            bench.pass(Duration.ofMillis(251));

            assertThat(bench.maps.find(whole(event.id()), true).join()).isSameAs(page);
            assertThat(bench.builds).hasValue(2);
        }
    }

    @Test
    void a_herd_at_a_cold_page_has_it_built_once() {
        var event = system.event(10_000);
        try (var bench = bench()) {
            var pages = Crowd.of(
                    200, i -> bench.maps.find(whole(event.id()), i % 2 == 0).join());

            assertThat(pages).hasSize(200).containsOnly(pages.get(0));
            assertThat(bench.builds).hasValue(1);
        }
        var answers = Crowd.of(200, i -> api.get(path(event.id())));
        assertThat(Crowd.tally(answers, Api.Answer::outcome)).isEqualTo(Map.of("200", 200L));
        assertThat(answers)
                .allMatch(answer -> answer.header("ETag").equals(answers.get(0).header("ETag")));
    }

    /** The table is locked, so that the first build stays where it is; those who come after the change share the next. */
    @Test
    void who_comes_after_a_change_is_not_served_from_a_build_that_began_before_it() {
        try (var own = new TestSystem();
                var bench = new Bench(own)) {
            var event = own.event(2);
            var before = new ArrayList<CompletableFuture<SeatMaps.Page>>();
            var after = new ArrayList<CompletableFuture<SeatMaps.Page>>();
            own.database.inTransaction(tx -> {
                tx.update("LOCK TABLE seats IN ACCESS EXCLUSIVE MODE");
                before.add(bench.maps.find(whole(event.id()), false));
                Wait.until(
                        "the build waits for the table",
                        () -> own.count(
                                        "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND relation = 'seats'::regclass"
                                                + " AND database = (SELECT oid FROM pg_database"
                                                + " WHERE datname = current_database())")
                                == 1);
                before.add(bench.maps.find(whole(event.id()), false));
                bench.pass(Duration.ofNanos(1));
                bench.maps.changed(event.id());
                for (int i = 0; i < 50; i++) {
                    after.add(bench.maps.find(whole(event.id()), false));
                }
                return null;
            });

            before.forEach(CompletableFuture::join);
            after.forEach(CompletableFuture::join);
            assertThat(bench.builds).hasValue(2);
        }
    }

    @Test
    void a_build_that_failed_fails_who_waited_for_it_and_nobody_else() {
        try (var own = new TestSystem();
                var bench = new Bench(own)) {
            var event = own.event(2);
            own.update("ALTER TABLE seats RENAME TO seats_of_yore");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> bench.map(event.id())).isInstanceOf(CompletionException.class);
            }
            own.update("ALTER TABLE seats_of_yore RENAME TO seats");

            assertThat(statuses(bench.map(event.id()))).isEqualTo("AVAILABLE AVAILABLE");
            assertThat(bench.builds).hasValue(3);
        }
    }

    /** As when the lane is full: each is told so, and nobody waits for a build that never began. */
    @Test
    void a_build_that_is_not_taken_is_refused_each_time() {
        var event = system.event(2);
        try (var bench = bench()) {
            bench.map(event.id());
            bench.reads.close();
            bench.pass(SeatMaps.MAX_AGE.plusNanos(1));
            for (int i = 0; i < 3; i++) {
                var refused = bench.maps.find(whole(event.id()), false);
                assertThat(refused).isCompletedExceptionally();
                assertThatThrownBy(refused::join).hasCauseInstanceOf(Overload.class);
            }
        }
    }

    @Test
    void that_there_is_no_such_event_is_not_remembered() {
        try (var bench = bench()) {
            var nowhere = new EventId(UUID.randomUUID());
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> bench.map(nowhere)).hasCauseInstanceOf(UnknownEvent.class);
            }
            assertThat(bench.builds).hasValue(2);
        }
    }

    @Test
    void a_map_goes_out_compressed_to_who_takes_gzip_and_plain_to_others() throws Exception {
        var event = system.event(100).id();
        var plain = send(event, "GET");
        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(plain.headers().firstValueAsLong("Content-Length")).hasValue(plain.body().length);

        for (var accepting : List.of("gzip", "br, GZIP;q=0.5", "*", "gzip;q=1, *;q=0", "x-gzip")) {
            var gzip = send(event, "GET", "Accept-Encoding", accepting);
            assertThat(gzip.headers().firstValue("Content-Encoding"))
                    .as(accepting)
                    .hasValue("gzip");
            assertThat(gzip.headers().firstValueAsLong("Content-Length")).hasValue(gzip.body().length);
            assertThat(gzip.headers().allValues("Vary")).containsExactly("Accept-Encoding");
            assertThat(gzip.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(gzip.headers().firstValue("ETag"))
                    .isEqualTo(plain.headers().firstValue("ETag"));
            assertThat(decompressed(gzip.body())).isEqualTo(plain.body());
            assertThat(gzip.body().length).isLessThan(plain.body().length / 10);
        }
        for (var refusing : List.of("gzip;q=0", "gzip ; q=0.000, *", "br", "identity", "*;q=0", "gzipped")) {
            var answer = send(event, "GET", "Accept-Encoding", refusing);
            assertThat(answer.headers().firstValue("Content-Encoding"))
                    .as(refusing)
                    .isEmpty();
            assertThat(answer.body()).isEqualTo(plain.body());
        }
    }

    @Test
    void a_small_map_goes_out_as_it_is() throws Exception {
        var answer = send(system.event(2).id(), "GET", "Accept-Encoding", "gzip");

        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
    }

    @Test
    void who_has_the_map_is_not_sent_it_again_compressed_or_not() throws Exception {
        var event = system.event(100).id();
        var etag = send(event, "GET").headers().firstValue("ETag").orElseThrow();

        for (var encoding : List.of("gzip", "identity")) {
            for (var known : List.of(etag, etag.substring(2), "*", "\"x\", " + etag)) {
                var answer = send(event, "GET", "Accept-Encoding", encoding, "If-None-Match", known);
                assertThat(answer.statusCode()).as(known).isEqualTo(304);
                assertThat(answer.body()).isEmpty();
                assertThat(answer.headers().firstValue("ETag")).hasValue(etag);
                assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-cache");
            }
        }
        assertThat(send(event, "GET", "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
    }

    @Test
    void head_says_of_the_map_what_get_says_but_not_the_map() throws Exception {
        var event = system.event(100).id();
        for (var encoding : List.of("gzip", "identity")) {
            var get = send(event, "GET", "Accept-Encoding", encoding);
            var head = send(event, "HEAD", "Accept-Encoding", encoding);

            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            for (var header : List.of("ETag", "Content-Type", "Content-Encoding", "Content-Length", "Vary")) {
                assertThat(head.headers().firstValue(header))
                        .as(header)
                        .isEqualTo(get.headers().firstValue(header));
            }
        }
    }
}
