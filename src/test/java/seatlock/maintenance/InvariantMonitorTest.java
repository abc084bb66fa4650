package seatlock.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.DatabaseUrl;
import seatlock.metrics.TransactionObserver;
import seatlock.support.LogCapture;
import seatlock.support.ScrapedMetrics;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

@ResourceLock(LogCapture.LOG)
class InvariantMonitorTest {

    private static final String VIOLATIONS =
            "seatlock_invariant_violations{invariant=\"a_reservation_lists_the_seats_it_counts_and_costs_their_sum\"}";

    private final TestSystem system = new TestSystem();
    private final List<Long> rests = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch stop = new CountDownLatch(1);
    private final InvariantMonitor monitor = new InvariantMonitor(system.database, system.metrics, stop, rests::add);

    @AfterEach
    void close() {
        monitor.close();
        system.close();
    }

    private ScrapedMetrics scrape() {
        return ScrapedMetrics.parse(system.metrics.scrape());
    }

    private static List<String> errors(LogCapture log, String about) {
        return log.lines().stream()
                .filter(line -> line.startsWith("ERROR seatlock.maintenance.InvariantMonitor") && line.contains(about))
                .toList();
    }

    @Test
    void a_violation_is_counted_until_it_is_gone_and_logged_once() {
        var intact = system.event(1);
        var event = system.event(2);
        var held = system.api.reserve(event.id(), "S-A-1").json().get("id").asText();
        try (var log = LogCapture.usual()) {
            monitor.runOnce();
            assertThat(scrape().of(VIOLATIONS)).isZero();
            assertThat(scrape().samples()).containsKey(VIOLATIONS);
            assertThat(errors(log, "event")).isEmpty();

            system.update(
                    "UPDATE reservations SET prices = prices + 1, total = total + 1 WHERE reservation_id = ?::uuid",
                    held);
            monitor.runOnce();
            monitor.runOnce();
            assertThat(scrape().of(VIOLATIONS)).isEqualTo(1);
            assertThat(errors(log, event.id().toString()))
                    .singleElement()
                    .asString()
                    .contains("Seat count, prices and total of each reservation match its list of seats");
            assertThat(errors(log, intact.id().toString())).isEmpty();

            system.update(
                    "UPDATE reservations SET prices = prices - 1, total = total - 1 WHERE reservation_id = ?::uuid",
                    held);
            monitor.runOnce();
            assertThat(scrape().of(VIOLATIONS)).isZero();

            system.update(
                    "UPDATE reservations SET prices = prices + 1, total = total + 1 WHERE reservation_id = ?::uuid",
                    held);
            monitor.runOnce();
            assertThat(errors(log, event.id().toString())).hasSize(2);
        }
    }

    @Test
    void it_rests_after_every_statement_and_reports_a_complete_round() {
        system.event(1);
        system.event(1);
        assertThat(scrape().of("seatlock_invariants_checked_timestamp_seconds")).isNaN();

        monitor.runOnce();

        assertThat(rests).hasSize(2 * Invariant.values().length).allMatch(nanos -> nanos > 0 && nanos % 50 == 0);
        assertThat(scrape().of("seatlock_invariants_checked_timestamp_seconds")).isGreaterThan(1.7e9);
    }

    @Test
    void it_reports_no_complete_round_while_the_database_is_away() {
        var nowhere = new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/nowhere", "u", "p");
        try (var away = Database.open(
                        nowhere, 1, Duration.ofSeconds(1), Database.Plans.DEFAULT, TransactionObserver.NONE);
                var blind = new InvariantMonitor(away, system.metrics, stop, rests::add)) {
            assertThatThrownBy(blind::runOnce).isInstanceOf(DatabaseException.Unavailable.class);
        }
        assertThat(scrape().of("seatlock_invariants_checked_timestamp_seconds")).isNaN();
    }

    /** It rests nearly all the time, which must not delay an orderly stop. */
    @Test
    void it_can_be_stopped_while_it_rests() {
        for (int i = 0; i < 20; i++) {
            system.event(100);
        }
        var resting = new InvariantMonitor(system.database, system.metrics);
        resting.start(Duration.ofHours(1));
        Wait.until(
                "the first invariant has been checked",
                () -> scrape().samples().keySet().stream()
                        .anyMatch(series -> series.startsWith("seatlock_invariant_violations")));
        resting.close();
        assertThat(scrape().of("seatlock_invariants_checked_timestamp_seconds")).isNaN();
    }
}
