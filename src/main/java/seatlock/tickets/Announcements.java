package seatlock.tickets;

import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.inventory.Outcome;
import seatlock.inventory.ReservationId;
import seatlock.jobs.Job;
import seatlock.jobs.Jobs;

/**
 * Adds the jobs that follow from a new version of an event: those that make documents anew, and those that tell people.
 *
 * <p>A job that tells the buyer is about the reservation. One that tells a person to whom tickets of the reservation were
 * transferred is about one of these tickets, and there is one for all that this person has. Nobody is told about a reservation
 * whose personal data was erased.
 */
public final class Announcements {

    /**
     * Valid tickets that were reserved under an earlier version of an event, and for which a job is missing: that of the reservation,
     * or that of the person to whom the ticket was transferred.
     */
    private static final String WITHOUT_JOB = """
              FROM (SELECT ?::uuid AS event_id, ?::integer AS version, ?::text AS kind, ?::boolean AS tells) AS news
              JOIN tickets AS t ON t.event_id = news.event_id AND t.voided_at IS NULL
              JOIN reservations AS r
                ON r.event_id = t.event_id AND r.reservation_id = t.reservation_id
               AND r.terms_version < news.version AND r.erased_at IS NULL
             WHERE (NOT EXISTS (SELECT FROM jobs AS j
                                 WHERE j.event_id = t.event_id AND j.subject_id = t.reservation_id AND j.kind = news.kind
                                   AND j.event_version = news.version)
                    OR news.tells AND t.holder_email IS NOT NULL AND NOT EXISTS (
                       SELECT FROM tickets AS own
                         JOIN jobs AS j ON j.event_id = own.event_id AND j.subject_id = own.ticket_id
                        WHERE own.event_id = t.event_id AND own.reservation_id = t.reservation_id
                          AND lower(own.holder_email COLLATE "C") = lower(t.holder_email COLLATE "C")
                          AND j.kind = news.kind AND j.event_version = news.version))
            """;

    private final Jobs jobs = new Jobs();

    /** A ticket, and the person to whom it was transferred: the address in lower case, or {@code null} for the buyer. */
    private record Found(int seat, ReservationId reservation, UUID ticket, String holder) {

        static Found of(Row row) throws SQLException {
            return new Found(
                    row.integer("seat_id"),
                    new ReservationId(row.uuid("reservation_id")),
                    row.uuid("ticket_id"),
                    row.text("holder"));
        }
    }

    /** A person to whom tickets of a reservation were transferred. */
    private record Person(ReservationId reservation, String address) {}

    /**
     * Adds, after a change of what tickets say, the job that makes the documents of an event anew: in the transaction that
     * changes the event.
     *
     * @param event in the new version, which is its printed version, too
     * @param notifies whether holders of tickets are told of the change by mail
     */
    public void renew(Tx tx, Event event, boolean notifies) throws SQLException {
        var kind = notifies ? Job.Kind.ANNOUNCE_CHANGE : Job.Kind.REFRESH_EVENT;
        jobs.addOnce(tx, event.id(), event.version(), kind, List.of(Job.Subject.of(event.id())));
    }

    /**
     * Adds the jobs that mail the cancellation of an event: to the buyers of reservations, and to the people to whom their tickets
     * were transferred. The tickets may be void already.
     *
     * @param event in the version in which it is cancelled
     */
    public void tellOfCancellation(Tx tx, Event event, List<ReservationId> reservations) throws SQLException {
        if (reservations.isEmpty()) {
            return;
        }
        var transferred = tx.query(
                """
                SELECT t.seat_id, t.reservation_id, t.ticket_id, lower(t.holder_email COLLATE "C") AS holder
                  FROM tickets AS t
                 WHERE t.event_id = ?
                   AND t.reservation_id = ANY (?)
                   AND t.holder_email IS NOT NULL
                   AND NOT EXISTS (SELECT FROM reservation_seats AS rs
                                    WHERE rs.event_id = t.event_id AND rs.reservation_id = t.reservation_id
                                      AND rs.seat_id = t.seat_id AND rs.refunded_at IS NOT NULL)
                   AND NOT
                """ + Tickets.IS_REPLACED + " ORDER BY t.seat_id",
                Found::of,
                event.id().value(),
                ReservationId.values(reservations));
        var subjects = Stream.concat(reservations.stream().map(Job.Subject::of), holders(transferred));
        jobs.addOnce(tx, event.id(), event.version(), Job.Kind.SEND_CANCELLATION, subjects.toList());
    }

    /**
     * Adds the jobs that mail which seats were given back while their reservations kept others: to the buyers, and to the people to
     * whom their tickets were transferred. Each job is about a ticket of one of these seats: the buyer's first one, or the person's.
     *
     * @param outcomes of which some may have given back seats
     */
    public void tellOfRefunds(Tx tx, EventId event, List<Outcome> outcomes) throws SQLException {
        record Line(ReservationId reservation, int seat) {}
        var lines = outcomes.stream()
                .filter(Outcome.Done.class::isInstance)
                .map(Outcome.Done.class::cast)
                .filter(done -> !done.refunded().isEmpty())
                .filter(done -> !done.reservation().buyer().isErased())
                .flatMap(done -> done.refunded().stream()
                        .map(refunded -> new Line(
                                done.reservation().id(), refunded.seat().seatId())))
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        var tickets = tx.query(
                """
                SELECT t.seat_id, t.reservation_id, t.ticket_id, lower(t.holder_email COLLATE "C") AS holder
                  FROM unnest(?, ?) AS line (reservation_id, seat_id)
                 CROSS JOIN LATERAL (SELECT * FROM tickets WHERE event_id = ? AND reservation_id = line.reservation_id
                                        AND seat_id = line.seat_id OFFSET 0) AS t
                 WHERE t.transfers = 0 OR t.holder_email IS NOT NULL
                   AND NOT
                """ + Tickets.IS_REPLACED + " ORDER BY t.seat_id",
                Found::of,
                lines.stream().map(line -> line.reservation().value()).toArray(UUID[]::new),
                lines.stream().map(Line::seat).toArray(Integer[]::new),
                event.value());
        var buyers = new LinkedHashMap<ReservationId, UUID>();
        tickets.stream()
                .filter(ticket -> ticket.holder == null)
                .forEach(ticket -> buyers.putIfAbsent(ticket.reservation, ticket.ticket));
        var subjects = Stream.concat(buyers.values().stream().map(Job.Subject::ofTicket), holders(tickets));
        jobs.add(tx, event, Job.Kind.SEND_REFUND, subjects.toList());
    }

    /**
     * Adds a job for each reservation with valid tickets that was made under an earlier version of the event, and if it is a mail,
     * for each person to whom such tickets were transferred: for some tickets, in the order of the seat plan. It can be repeated,
     * because nobody gets two jobs of a kind for one version.
     *
     * @param version of the event, which makes the jobs necessary
     * @param after what an earlier call returned; 0 to begin
     * @param limit number of tickets
     * @return where to continue; empty if there are no more tickets
     */
    public OptionalInt addJobs(Tx tx, EventId event, int version, Job.Kind kind, int after, int limit)
            throws SQLException {
        var tells = kind.work() == Job.Work.MAIL;
        var found = tx.query(
                "SELECT t.seat_id, t.reservation_id, t.ticket_id, lower(t.holder_email COLLATE \"C\") AS holder "
                        + WITHOUT_JOB + " AND t.seat_id > ? ORDER BY t.seat_id LIMIT ?",
                Found::of,
                event.value(),
                version,
                kind.wireName(),
                tells,
                after,
                limit);
        if (found.isEmpty()) {
            return OptionalInt.empty();
        }
        var buyers = found.stream().map(Found::reservation).distinct().map(Job.Subject::of);
        var subjects = tells ? Stream.concat(buyers, holders(found)) : buyers;
        jobs.addOnce(tx, event, version, kind, subjects.toList());
        return OptionalInt.of(found.get(found.size() - 1).seat);
    }

    /** Returns a ticket of each person to whom some of these tickets were transferred: the first one. */
    private static Stream<Job.Subject> holders(Collection<Found> tickets) {
        var firsts = new LinkedHashMap<Person, UUID>();
        for (var ticket : tickets) {
            if (ticket.holder != null) {
                firsts.putIfAbsent(new Person(ticket.reservation, ticket.holder), ticket.ticket);
            }
        }
        return firsts.values().stream().map(Job.Subject::ofTicket);
    }

    /** Counts the reservations for which {@link #addJobs} has not added all jobs yet. */
    public long countWithoutJob(Tx tx, EventId event, int version, Job.Kind kind) throws SQLException {
        return tx.query(
                        "SELECT count(DISTINCT t.reservation_id) AS n " + WITHOUT_JOB,
                        row -> row.bigint("n"),
                        event.value(),
                        version,
                        kind.wireName(),
                        kind.work() == Job.Work.MAIL)
                .get(0);
    }
}
