package seatlock.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import seatlock.support.Api;
import seatlock.support.Wait;

/** Compares the state of a settled cluster with the responses its clients got, and prints a summary. */
final class Audit {

    private static final String HEAD = "%-28s %9s %7s %6s %6s %6s %13s";
    private static final String LINE = "%-28s %,9d %7d %6d %6d %6d %,10d ms";

    private record Row(String status, String email, Set<String> seats) {}

    private final Cluster cluster;
    private final Shoppers shoppers;
    private final List<String> faults = new ArrayList<>();
    private List<AcknowledgedReservation> ledger;

    private Audit(Cluster cluster, Shoppers shoppers) {
        this.cluster = cluster;
        this.shoppers = shoppers;
    }

    /**
     * Stops the clients, waits until no work is left, and compares.
     *
     * @param scenario name printed in the summary
     * @throws AssertionError if anything is wrong
     */
    static void check(String scenario, Cluster cluster, Shoppers shoppers) {
        new Audit(cluster, shoppers).check(scenario);
    }

    private void check(String scenario) {
        ledger = shoppers.stop();
        awaitSettled();
        var lost = countLost();
        var doubles = countCollisions() + countOverlaps();
        checkTicketsAndMail();
        checkSeatMaps();
        var statistics = shoppers.statistics;
        System.out.println(String.format(
                Locale.ROOT, HEAD, "scenario", "requests", "failed", "errors", "double", "lost", "longest gap"));
        System.out.println(String.format(
                Locale.ROOT,
                LINE,
                scenario,
                statistics.requests(),
                statistics.failed(),
                statistics.errorCount(),
                doubles,
                lost,
                statistics.longestGap().toMillis()));
        System.out.println(statistics.details());
        System.out.printf(
                "  %,d reservations acknowledged, %,d of them confirmed; %,d check-ins%n",
                ledger.size(),
                ledger.stream()
                        .filter(reservation -> reservation.status().equals("CONFIRMED"))
                        .count(),
                ledger.stream()
                        .mapToLong(reservation -> reservation.checkedIn.size())
                        .sum());
        assertThat(statistics.errors()).as("incorrect responses").isEmpty();
        assertThat(faults).isEmpty();
        assertThat(doubles).as("seats sold twice").isZero();
        assertThat(lost).as("acknowledged but lost").isZero();
        cluster.verify();
    }

    /** Waits until every pending reservation has expired and every job has ended. */
    private void awaitSettled() {
        Wait.until(
                "no reservation is pending",
                () -> cluster.count("SELECT count(*) FROM reservations WHERE status = 'PENDING'") == 0);
        for (int quarter = 0; quarter < 4 && unfinishedJobs() > 0; quarter++) {
            var goal = unfinishedJobs() * 3 / 4;
            Wait.until("a quarter of the remaining jobs is done", () -> unfinishedJobs() <= goal);
        }
        Wait.until("all jobs have ended", () -> unfinishedJobs() == 0);
        if (cluster.count("SELECT count(*) FROM jobs WHERE state = 'DEAD'") > 0) {
            faults.add("There are dead jobs");
        }
    }

    private long unfinishedJobs() {
        return cluster.count("SELECT count(*) FROM jobs WHERE state IN ('READY', 'RUNNING')");
    }

    /** Counts acknowledged reservations that are missing or differ, and those whose check-ins are missing. */
    private long countLost() {
        var rows = rows();
        var checkedIn = new HashSet<>(cluster.query(
                "SELECT ticket_id FROM tickets WHERE checked_in_at IS NOT NULL", row -> row.getString("ticket_id")));
        long lost = 0;
        for (var reservation : ledger) {
            var row = rows.get(reservation.id);
            if (row == null
                    || !row.status.equals(reservation.status())
                    || !row.seats.equals(Set.copyOf(reservation.seats))
                    || !checkedIn.containsAll(reservation.checkedIn)) {
                lost++;
                faults.add("Lost: " + reservation + " should be " + reservation.status() + ", is " + row);
            }
        }
        return lost;
    }

    private Map<String, Row> rows() {
        var rows = new HashMap<String, Row>();
        cluster.query(
                """
                SELECT r.reservation_id, r.status, r.email, s.section || '-' || s.row_name || '-' || s.seat_number AS label
                  FROM reservations AS r
                  JOIN reservation_seats AS rs ON rs.event_id = r.event_id AND rs.reservation_id = r.reservation_id
                  JOIN seats AS s ON s.event_id = rs.event_id AND s.seat_id = rs.seat_id
                """,
                row -> rows.computeIfAbsent(
                                row.getString("reservation_id"),
                                id -> new Row(text(row, "status"), text(row, "email"), new HashSet<>()))
                        .seats
                        .add(row.getString("label")));
        return rows;
    }

    private static String text(ResultSet row, String column) {
        try {
            return row.getString(column);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Counts pairs of acknowledged reservations that certainly held the same seat at the same time. */
    private long countCollisions() {
        var bySeat = new HashMap<String, List<AcknowledgedReservation>>();
        ledger.forEach(reservation -> reservation.seats.forEach(
                seat -> bySeat.computeIfAbsent(reservation.event + " " + seat, key -> new ArrayList<>())
                        .add(reservation)));
        return bySeat.values().stream().mapToLong(Audit::countCollisions).sum();
    }

    private static long countCollisions(List<AcknowledgedReservation> ofOneSeat) {
        long collisions = 0;
        for (int i = 0; i < ofOneSeat.size(); i++) {
            for (int j = 0; j < i; j++) {
                collisions += ofOneSeat.get(i).collides(ofOneSeat.get(j)) ? 1 : 0;
            }
        }
        return collisions;
    }

    /** Counts pairs of reservations in the database, acknowledged or not, that held the same seat at the same time. */
    private long countOverlaps() {
        return cluster.count("""
                WITH claims AS (
                    SELECT rs.event_id, rs.seat_id, r.reservation_id, r.created_at AS since,
                           CASE r.status WHEN 'CONFIRMED' THEN 'infinity' WHEN 'CANCELLED' THEN r.ended_at
                                         ELSE r.expires_at END AS until
                      FROM reservation_seats AS rs
                      JOIN reservations AS r ON r.event_id = rs.event_id AND r.reservation_id = rs.reservation_id)
                SELECT count(*)
                  FROM claims AS a
                  JOIN claims AS b ON b.event_id = a.event_id AND b.seat_id = a.seat_id
                       AND b.reservation_id < a.reservation_id
                 WHERE a.since < b.until AND b.since < a.until
                """);
    }

    /** Checks that each confirmed reservation has one ticket and document per seat, and one mail, maybe in copies. */
    private void checkTicketsAndMail() {
        var incomplete = cluster.count("""
                SELECT count(*)
                  FROM reservations AS r
                 CROSS JOIN LATERAL (
                        SELECT count(*) AS tickets, count(d.ticket_id) AS documents
                          FROM tickets AS t
                          LEFT JOIN ticket_documents AS d ON d.event_id = t.event_id AND d.ticket_id = t.ticket_id
                         WHERE t.event_id = r.event_id AND t.reservation_id = r.reservation_id
                           AND t.voided_at IS NULL) AS made
                 WHERE r.status = 'CONFIRMED' AND (made.tickets <> r.seat_count OR made.documents <> r.seat_count)
                """);
        if (incomplete > 0) {
            faults.add(incomplete + " confirmed reservations do not have exactly one ticket and document per seat");
        }
        long copies = 0;
        for (var email : cluster.query(
                "SELECT email FROM reservations WHERE status = 'CONFIRMED'", row -> row.getString("email"))) {
            var ids = cluster.mailServer.messageIds(email);
            copies += Math.max(0, ids.size() - 1);
            if (ids.stream().distinct().count() != 1) {
                faults.add("Expected one mail to a buyer, found " + ids);
            }
        }
        System.out.println("  duplicate mails, with the same Message-ID: " + copies);
    }

    /** Checks that every node shows the current seat map, and none an outdated one. */
    private void checkSeatMaps() {
        for (var event : shoppers.events) {
            var sold = Set.copyOf(cluster.query(
                    "SELECT section || '-' || row_name || '-' || seat_number AS label FROM seats"
                            + " WHERE status = 'SOLD' AND event_id = '" + event + "'",
                    row -> row.getString("label")));
            for (var node : cluster.serving) {
                var api = new Api(node.address().toString(), Cluster.ADMIN_KEY);
                Wait.until(
                        node.name + " shows the sold seats",
                        () -> sold(api, event).equals(sold));
            }
        }
    }

    private static Set<String> sold(Api api, String event) {
        var map = api.get("/api/events/" + event + "/seats?status=SOLD").json();
        return map.get("seats").findValuesAsText("label").stream().collect(Collectors.toSet());
    }
}
