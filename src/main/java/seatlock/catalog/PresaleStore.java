package seatlock.catalog;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import seatlock.db.Tx;

/** Writes and reads the presales of versions of events. */
final class PresaleStore {

    private PresaleStore() {}

    static void insert(Tx tx, EventId event, Terms terms) {
        var presales = terms.presales();
        if (!presales.isEmpty()) {
            tx.updateExactly(
                    presales.size(),
                    """
                    INSERT INTO presales (event_id, version, place, from_at, until_at, access)
                    SELECT ?, ?, place, from_at, until_at, access
                      FROM unnest(?, ?, ?) WITH ORDINALITY AS line (from_at, until_at, access, place)
                    """,
                    event.value(),
                    terms.version(),
                    presales.stream().map(Presale::from).toArray(Instant[]::new),
                    presales.stream().map(each -> each.until().orElse(null)).toArray(Instant[]::new),
                    presales.stream().map(Presale::access).toArray(String[]::new));
        }
    }

    /** An event that was read without its presales. @param hasPresales whether it has some */
    record Found(Event event, boolean hasPresales) {}

    /** Returns the events, in their order, with the presales of their versions. */
    static List<Event> complete(Tx tx, List<Found> found) throws SQLException {
        var events = found.stream().filter(Found::hasPresales).map(Found::event).toList();
        if (events.isEmpty()) {
            return found.stream().map(Found::event).toList();
        }
        record Line(UUID event, Presale presale) {}
        var lines = tx.query(
                """
                SELECT p.event_id, p.from_at, p.until_at, p.access
                  FROM presales AS p
                  JOIN unnest(?, ?) AS named (event_id, version) USING (event_id, version)
                 ORDER BY p.event_id, p.place
                """,
                row -> new Line(
                        row.uuid("event_id"),
                        new Presale(
                                row.instant("from_at"),
                                Optional.ofNullable(row.instant("until_at")),
                                row.text("access"))),
                events.stream().map(event -> event.id().value()).toArray(UUID[]::new),
                events.stream().map(Event::version).toArray(Integer[]::new));
        var byEvent = lines.stream()
                .collect(Collectors.groupingBy(
                        Line::event, HashMap::new, Collectors.mapping(Line::presale, Collectors.toList())));
        return found.stream()
                .map(Found::event)
                .map(event -> event.withTerms(event.terms()
                        .withPresales(byEvent.getOrDefault(event.id().value(), List.of()))))
                .toList();
    }
}
