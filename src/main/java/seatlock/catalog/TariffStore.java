package seatlock.catalog;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.SeatPlan.SectionPrice;
import seatlock.db.Row;
import seatlock.db.Tx;

/** Writes and reads the prices of events. */
final class TariffStore {

    private TariffStore() {}

    static void insert(Tx tx, EventId event, Tariff tariff) {
        var types = tariff.types();
        insertLimits(
                tx, event, types.stream().flatMap(type -> type.limit().stream()).toList());
        tx.updateExactly(
                types.size(),
                """
                INSERT INTO price_types (event_id, place, price_type, name, max_seats, limit_id)
                SELECT ?, place, price_type, name, max_seats, limit_id
                  FROM unnest(?, ?, ?, ?) WITH ORDINALITY AS line (price_type, name, max_seats, limit_id, place)
                """,
                event.value(),
                types.stream().map(PriceType::id).toArray(String[]::new),
                types.stream().map(PriceType::name).toArray(String[]::new),
                types.stream()
                        .map(type -> type.limit().map(Limit::size).orElse(null))
                        .toArray(Integer[]::new),
                types.stream()
                        .map(type -> type.limit().map(Limit::id).orElse(null))
                        .toArray(UUID[]::new));
        var fees = tariff.fees();
        if (!fees.isEmpty()) {
            tx.updateExactly(
                    fees.size(),
                    """
                    INSERT INTO fees (event_id, fee, name, amount, per, is_refundable)
                    SELECT ?, * FROM unnest(?, ?, ?, ?, ?)
                    """,
                    event.value(),
                    fees.stream().map(Fee::number).toArray(Integer[]::new),
                    fees.stream().map(Fee::name).toArray(String[]::new),
                    fees.stream().map(Fee::amount).toArray(Long[]::new),
                    fees.stream().map(fee -> fee.per().name()).toArray(String[]::new),
                    fees.stream().map(Fee::isRefundable).toArray(Boolean[]::new));
        }
    }

    static void insertLimits(Tx tx, EventId event, List<Limit> limits) {
        if (!limits.isEmpty()) {
            tx.updateExactly(
                    limits.size(),
                    "INSERT INTO limits (event_id, limit_id, size, confirmed) SELECT ?, *, 0 FROM unnest(?, ?)",
                    event.value(),
                    limits.stream().map(Limit::id).toArray(UUID[]::new),
                    limits.stream().map(Limit::size).toArray(Integer[]::new));
        }
    }

    /** Sets prices from the version of the event on. */
    static void insertPrices(Tx tx, Event event, Map<SectionPrice, Long> prices) {
        var priced = List.copyOf(prices.keySet());
        tx.updateExactly(
                priced.size(),
                """
                INSERT INTO section_prices (event_id, version, section, price_type, price)
                SELECT ?, ?, * FROM unnest(?, ?, ?)
                """,
                event.id().value(),
                event.version(),
                priced.stream().map(SectionPrice::section).toArray(String[]::new),
                priced.stream().map(SectionPrice::priceType).toArray(String[]::new),
                priced.stream().map(prices::get).toArray(Long[]::new));
    }

    private static Optional<Limit> limit(Row row) throws SQLException {
        var id = row.uuid("limit_id");
        return id == null ? Optional.empty() : Optional.of(new Limit(id, row.integer("max_seats")));
    }

    static PriceList read(Tx tx, Event event) throws SQLException {
        var types = tx.query(
                "SELECT price_type, name, max_seats, limit_id FROM price_types WHERE event_id = ? ORDER BY place",
                row -> new PriceType(row.text("price_type"), row.text("name"), limit(row)),
                event.id().value());
        var fees = tx.query(
                "SELECT fee, name, amount, per, is_refundable FROM fees WHERE event_id = ? ORDER BY fee",
                Fee::read,
                event.id().value());
        var prices = new HashMap<SectionPrice, Long>();
        tx.query(
                        """
                        SELECT DISTINCT ON (section, price_type) section, price_type, price
                          FROM section_prices
                         WHERE event_id = ?
                           AND version <= ?
                         ORDER BY section, price_type, version DESC
                        """,
                        row -> Map.entry(
                                new SectionPrice(row.text("section"), row.text("price_type")), row.bigint("price")),
                        event.id().value(),
                        event.version())
                .forEach(price -> prices.put(price.getKey(), price.getValue()));
        return new PriceList(new Tariff(types, fees), prices);
    }
}
