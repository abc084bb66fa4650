package seatlock.sales;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Tariff;
import seatlock.db.Tx;

/**
 * Creates events, once for each idempotency key. The key determines the id of the event, so a second event with the same key
 * cannot exist, not even after the key was deleted.
 */
public final class EventCreation {

    private final Catalog catalog;
    private final IdempotencyKeys keys;

    public EventCreation(Catalog catalog, IdempotencyKeys keys) {
        this.catalog = catalog;
        this.keys = keys;
    }

    /** Returns the id of the event that is created with a key: a UUID of version 8 (RFC 9562) from the hash of the key. */
    public static EventId idFor(IdempotencyKey key) {
        var hash = ByteBuffer.wrap(key.hash());
        var most = hash.getLong() & ~0xf000L | 0x8000L;
        var least = hash.getLong() & ~0xc000000000000000L | 0x8000000000000000L;
        return new EventId(new UUID(most, least));
    }

    /**
     * Creates an event.
     *
     * @param event with the id of {@link #idFor}, if there is a key
     * @param reply to the request, stored under the key
     * @return empty if the event was created; otherwise {@link Receipt.Replayed} with the reply to the same request, or {@link
     *     Receipt.KeyReused}
     */
    public Optional<Receipt> create(
            Tx tx, Optional<Order.KeyUse> use, Event event, SeatPlan plan, Tariff tariff, byte[] reply)
            throws SQLException {
        if (use.isEmpty()) {
            catalog.create(tx, event, plan, tariff);
            return Optional.empty();
        }
        // Waits for another transaction that is creating the event, so a repeated request finds the reply below.
        if (catalog.create(tx, event, plan, tariff)) {
            keys.store(tx, event.id(), use.get(), reply);
            return Optional.empty();
        }
        return keys.repeated(tx, event.id(), use.get()).or(() -> Optional.of(new Receipt.KeyReused()));
    }
}
