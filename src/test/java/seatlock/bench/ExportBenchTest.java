package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.support.Jvm;

/** Exports a million reservations from the jar with a heap of 160 MB: {@code make bench TEST=ExportBenchTest}. */
@Tag("bench")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ExportBenchTest {

    private static final String KEY = "the-admin-key-of-the-bench-has-more-than-32-characters";
    private static final int ROWS = 1_000_000;

    /** Each statement makes a table of a sold-out event with a seat per reservation. The event is the first parameter. */
    private static final List<String> SOLD_OUT = List.of("""
            INSERT INTO event_terms (event_id, version, starts_at, max_seats_per_reservation, created_at, is_paused, reentry)
            VALUES (?, 1, now() + interval '1 year', 10, now(), false, false)
            """, """
            INSERT INTO events (event_id, status, name, venue, starts_at, time_zone, currency, capacity, created_at, terms_version,
                                printed_version)
            SELECT event_id, 'PUBLISHED', 'Aida', 'Arena', starts_at, 'Europe/Rome', 'EUR', 1000000, now(), 1, 1 FROM event_terms
             WHERE event_id = ?
            """, """
            INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, status)
            SELECT ?, n, 'S-A-' || n, 'S', 'A', n::text, 'AVAILABLE' FROM generate_series(1, 1000000) AS n
            """, """
            INSERT INTO reservations (awaits_capture, event_id, reservation_id, reference, version, status, email, name, token_hash, seat_count,
                                      prices, discounts, fees, total, created_at, expires_at, hold_until, confirmed_at, payment_reference, amount_paid,
                                      terms_version, event_starts_at, event_max_seats)
            SELECT false, t.event_id, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
                   translate(lpad(n::text, 8, '0'), '01', 'AB'), 2, 'CONFIRMED', 'buyer-' || n || '@example.org',
                   'Buyer ' || n, sha256('x'), 1, 4500, 0, 0, 4500, now() - interval '2 minutes', now() + interval '8 minutes', now() + interval '8 minutes',
                   now() - interval '1 minute' * (n % 2), 'pi_' || n, 4500, 1, t.starts_at, 10
              FROM event_terms AS t, generate_series(1, 1000000) AS n
             WHERE t.event_id = ?
            """, """
            INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active)
            SELECT ?, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n, 'standard', 4500, 0, true
              FROM generate_series(1, 1000000) AS n
            """);

    @Test
    void a_million_rows_with_a_heap_of_160_megabytes(@TempDir Path home) throws Exception {
        var jar = Path.of("target/seatlock.jar").toAbsolutePath();
        var collections = home.resolve("gc.log");
        var settings = Map.of("SEATLOCK_ADMIN_KEY", KEY, "LIMITS", "off", "INVARIANT_CHECK_INTERVAL", "PT0S");
        assertThat(Jvm.jar(jar, List.of(), home, settings, "migrate").exitStatus())
                .isZero();
        var options = List.of("-Xmx160m", "-XX:+UseParallelGC", "-Xlog:gc:file=" + collections);
        try (var node = Jvm.jar(jar, options, home, settings, "serve").awaitReady();
                var database = Database.open(
                        DatabaseUrl.parse(Jvm.published(home, "DATABASE_URL")), 1, Duration.ofMinutes(10))) {
            var event = UUID.randomUUID();
            for (var statement : SOLD_OUT) {
                database.inTransaction(tx -> {
                    tx.update("SET LOCAL session_replication_role = replica"); // each row is right by itself
                    return tx.update(statement, event);
                });
            }
            export(node.url(), event, "warm-up");
            export(node.url(), event, "reservations");
            var began = System.nanoTime();
            var sales = get(node.url() + "/api/events/" + event + "/sales");
            System.out.printf(
                    Locale.ROOT,
                    "Sales figures of %d reservations: %.0f ms, %s%n",
                    ROWS,
                    (System.nanoTime() - began) / 1e6,
                    sales.substring(0, 120));
        }
        System.out.printf(Locale.ROOT, "Peak heap: %d MB%n", peakMegabytes(collections));
    }

    private static HttpRequest request(String url) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + KEY)
                .build();
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(request(url), BodyHandlers.ofString())
                .body();
    }

    private static void export(String url, UUID event, String label) throws IOException, InterruptedException {
        var began = System.nanoTime();
        var response = HttpClient.newHttpClient()
                .send(
                        request(url + "/api/events/" + event + "/exports/reservations.csv"),
                        BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        long lines = 0;
        long bytes = 0;
        try (var body = response.body()) {
            var buffer = new byte[65_536];
            int read;
            while ((read = body.read(buffer)) >= 0) {
                bytes += read;
                for (int i = 0; i < read; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
            }
        }
        var seconds = (System.nanoTime() - began) / 1e9;
        assertThat(lines).isEqualTo(ROWS + 1);
        System.out.printf(
                Locale.ROOT,
                "Export (%s): %d rows, %.0f MB, %.1f s, %.0f rows/s%n",
                label,
                ROWS,
                bytes / 1e6,
                seconds,
                ROWS / seconds);
    }

    /** Returns the most that was in use before a collection. */
    private static int peakMegabytes(Path log) throws IOException {
        return Pattern.compile("(\\d+)M->")
                .matcher(Files.readString(log))
                .results()
                .mapToInt(match -> Integer.parseInt(match.group(1)))
                .max()
                .orElse(0);
    }
}
