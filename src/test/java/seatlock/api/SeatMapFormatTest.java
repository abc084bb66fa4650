package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Terms;
import seatlock.contract.SeatMapBodies.SeatBody;
import seatlock.contract.SeatMapBodies.Seats;
import seatlock.http.Json;
import seatlock.inventory.SeatStatus;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests the bytes of a seat map and its HTTP headers. {@code SeatMapCacheTest} tests its age. */
class SeatMapFormatTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private static String path(EventId event) {
        return "/api/events/" + event + "/seats";
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

    /** Creates an event whose names have to be escaped in JSON, or take several bytes in UTF-8. */
    private Event eventWithHostileNames() {
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

    /** Returns the page that the seats table contains, as Jackson writes it. */
    private String expected(EventId event, String section, SeatStatus status, int limit, int after) {
        record Found(int id, SeatBody seat) {}
        var found = system.query(
                """
                SELECT s.*, p.price
                  FROM seats AS s
                  JOIN section_prices AS p ON p.event_id = s.event_id AND p.section = s.section
                 WHERE s.event_id = ? AND s.seat_id > ?
                 ORDER BY s.seat_id
                """,
                row -> new Found(
                        row.integer("seat_id"),
                        new SeatBody(
                                row.text("label"),
                                row.text("section"),
                                row.text("row_name"),
                                Integer.parseInt(row.text("seat_number")),
                                null,
                                row.bigint("price"),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                SeatStatus.of(row.text("status")).orElseThrow(),
                                row.uuid("allocation_id") == null ? null : false)),
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
                        new Seats(event.value(), page.stream().map(Found::seat).toList(), null, next)),
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
    void a_page_is_byte_for_byte_what_jackson_writes(String section, SeatStatus status, int limit, int after) {
        var event = eventWithHostileNames();
        assertThat(api.reserve(event.id(), "Quote \" and \\ and /-\"-2", "Plain-A-1001", "Ἀΐδα 🎭-👩‍👩‍👧-11")
                        .status())
                .isEqualTo(201);

        var query = "?limit=" + limit + "&after=" + after
                + (section == null ? "" : "&section=" + URLEncoder.encode(section, StandardCharsets.UTF_8))
                + (status == null ? "" : "&status=" + status);
        var page = api.get(path(event.id()) + query);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).isEqualTo(expected(event.id(), section, status, limit, after));
    }

    @Test
    void seats_of_a_rare_status_are_found_beyond_the_range_of_one_statement() {
        var event = system.event(60_000);
        assertThat(api.reserve(event.id(), "S-A-1", "S-A-1001", "S-A-59999").status())
                .isEqualTo(201);

        var first = api.get(path(event.id()) + "?status=HELD&limit=2");
        var second = api.get(path(event.id()) + "?status=HELD&limit=2&after=1001");

        assertThat(first.json().get("seats")).hasSize(2);
        assertThat(first.text()).contains("\"S-A-1\"", "\"S-A-1001\"").endsWith("],\"next\":1001}");
        assertThat(second.json().get("seats")).hasSize(1);
        assertThat(second.text()).contains("\"S-A-59999\"").endsWith("],\"next\":null}");
    }

    @Test
    void a_map_is_compressed_for_clients_that_accept_gzip_only() throws Exception {
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
            var response = send(event, "GET", "Accept-Encoding", refusing);
            assertThat(response.headers().firstValue("Content-Encoding"))
                    .as(refusing)
                    .isEmpty();
            assertThat(response.headers().allValues("Vary")).as(refusing).containsExactly("Accept-Encoding");
            assertThat(response.body()).isEqualTo(plain.body());
        }
    }

    @Test
    void a_small_map_is_not_compressed() throws Exception {
        var response = send(system.event(2).id(), "GET", "Accept-Encoding", "gzip");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
    }

    @Test
    void a_known_map_is_answered_with_304_compressed_or_not() throws Exception {
        var event = system.event(100).id();
        var etag = send(event, "GET").headers().firstValue("ETag").orElseThrow();

        for (var encoding : List.of("gzip", "identity")) {
            for (var known : List.of(etag, etag.substring(2), "*", "\"x\", " + etag)) {
                var response = send(event, "GET", "Accept-Encoding", encoding, "If-None-Match", known);
                assertThat(response.statusCode()).as(known).isEqualTo(304);
                assertThat(response.body()).isEmpty();
                assertThat(response.headers().firstValue("ETag")).hasValue(etag);
                assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-cache");
            }
        }
        assertThat(send(event, "GET", "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
    }

    @Test
    void head_returns_the_headers_of_get_without_the_map() throws Exception {
        var event = system.event(100).id();
        for (var encoding : List.of("gzip", "identity")) {
            var get = send(event, "GET", "Accept-Encoding", encoding);
            var head = send(event, "HEAD", "Accept-Encoding", encoding);

            assertThat(get.headers().firstValue("ETag")).isPresent();
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
