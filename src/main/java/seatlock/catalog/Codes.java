package seatlock.catalog;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import seatlock.db.Row;
import seatlock.db.Tx;

/** Writes and reads the codes of events. */
public final class Codes {

    private static final String COLUMNS = """
            c.code_id, c.code, c.effect, c.value, c.access, c.sections, c.price_types, c.limit_id, c.is_single_use,
            c.max_seats_per_reservation, c.valid_from, c.valid_until, c.is_active, c.created_at
            """;

    /**
     * A code, and how much it was used.
     *
     * @param used seats, or reservations if it is for a single use, that count against its limit now; empty if it has none
     */
    public record Counted(Code code, OptionalLong used) {

        /** Returns how much of the limit is left; empty if it has none. */
        public OptionalLong left() {
            return used.isEmpty()
                    ? used
                    : OptionalLong.of(Math.max(0, code.limit().orElseThrow().size() - used.getAsLong()));
        }
    }

    /** Adds codes that differ in nothing but their texts, ids and limits. The caller has made sure that none exists. */
    public void insert(Tx tx, EventId event, List<Code> codes) {
        TariffStore.insertLimits(
                tx, event, codes.stream().flatMap(code -> code.limit().stream()).toList());
        var common = codes.get(0);
        tx.updateExactly(
                codes.size(),
                """
                INSERT INTO codes (event_id, effect, value, access, sections, price_types, is_single_use,
                                   max_seats_per_reservation, valid_from, valid_until, is_active, created_at, code_id, code,
                                   limit_id)
                SELECT ?, ?, ?::bigint, ?::text, ?::text[], ?::text[], ?, ?::int, ?::timestamptz, ?::timestamptz, ?, ?, * FROM unnest(?, ?, ?)
                """,
                event.value(),
                common.effect().kind().name(),
                common.effect().access().isPresent() ? null : common.effect().value(),
                common.effect().access().orElse(null),
                scope(common.sections()),
                scope(common.priceTypes()),
                common.isSingleUse(),
                common.maxSeatsPerReservation().stream().boxed().findFirst().orElse(null),
                common.validFrom().orElse(null),
                common.validUntil().orElse(null),
                common.isActive(),
                common.createdAt(),
                codes.stream().map(Code::id).toArray(UUID[]::new),
                codes.stream().map(Code::code).toArray(String[]::new),
                codes.stream()
                        .map(code -> code.limit().map(Limit::id).orElse(null))
                        .toArray(UUID[]::new));
    }

    private static String[] scope(Set<String> names) {
        return names.isEmpty() ? null : names.stream().sorted().toArray(String[]::new);
    }

    /** Finds codes by their {@linkplain Code#normalised normalised} texts. */
    public Map<String, Code> find(Tx tx, EventId event, Collection<String> texts) throws SQLException {
        var found = new HashMap<String, Code>();
        tx.query("SELECT " + COLUMNS + """
                                     , l.size
                                  FROM unnest(?) AS named (code)
                                 CROSS JOIN LATERAL (SELECT * FROM codes WHERE event_id = ? AND code = named.code OFFSET 0) AS c
                                  LEFT JOIN limits AS l ON l.event_id = c.event_id AND l.limit_id = c.limit_id
                                """, Codes::code, texts.toArray(String[]::new), event.value())
                .forEach(code -> found.put(code.code(), code));
        return found;
    }

    /**
     * Lists codes in the order of their creation, with what counts against their limits now.
     *
     * @param after id of the last code of the previous page; {@code null} for the first page
     */
    public List<Counted> list(Tx tx, EventId event, UUID after, int limit) throws SQLException {
        return counted(
                tx,
                "c.event_id = ? AND (?::uuid IS NULL OR c.code_id > ?) ORDER BY c.code_id LIMIT ?",
                event.value(),
                after,
                after,
                limit);
    }

    /** Finds a code, with what counts against its limit now. */
    public Optional<Counted> get(Tx tx, EventId event, UUID id) throws SQLException {
        return counted(tx, "c.event_id = ? AND c.code_id = ?", event.value(), id).stream()
                .findFirst();
    }

    private static List<Counted> counted(Tx tx, String condition, Object... parameters) throws SQLException {
        return tx.query(
                "SELECT " + COLUMNS + """
                             , l.size, l.confirmed
                             + (SELECT coalesce(sum(u.quantity), 0)
                                  FROM limit_uses AS u
                                 WHERE u.event_id = l.event_id
                                   AND u.limit_id = l.limit_id
                                   AND u.active
                                   AND u.expires_at > statement_timestamp()) AS used
                          FROM codes AS c
                          LEFT JOIN limits AS l ON l.event_id = c.event_id AND l.limit_id = c.limit_id
                         WHERE
                        """ + condition,
                row -> {
                    var used = row.bigintOrNull("used");
                    return new Counted(code(row), used == null ? OptionalLong.empty() : OptionalLong.of(used));
                },
                parameters);
    }

    /**
     * Switches a code off. A reservation that is being made at the same time may still use it.
     *
     * @return {@code false} if there is no such code
     */
    public boolean switchOff(Tx tx, EventId event, UUID id) throws SQLException {
        return tx.update("UPDATE codes SET is_active = false WHERE event_id = ? AND code_id = ?", event.value(), id)
                == 1;
    }

    private static Code code(Row row) throws SQLException {
        var kind = CodeEffect.Kind.valueOf(row.text("effect"));
        var limitId = row.uuid("limit_id");
        var maxSeats = row.integerOrNull("max_seats_per_reservation");
        return new Code(
                row.uuid("code_id"),
                row.text("code"),
                new CodeEffect(kind, row.bigint("value"), Optional.ofNullable(row.text("access"))),
                Set.of(row.texts("sections")),
                Set.of(row.texts("price_types")),
                limitId == null ? Optional.empty() : Optional.of(new Limit(limitId, row.integer("size"))),
                row.bool("is_single_use"),
                maxSeats == null ? OptionalInt.empty() : OptionalInt.of(maxSeats),
                Optional.ofNullable(row.instant("valid_from")),
                Optional.ofNullable(row.instant("valid_until")),
                row.bool("is_active"),
                row.instant("created_at"));
    }
}
