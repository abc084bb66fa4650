package seatlock.sales;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import seatlock.catalog.Catalog;
import seatlock.catalog.Code;
import seatlock.catalog.Codes;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.PriceList;
import seatlock.db.Tx;

/** Creates codes, once for each idempotency key. */
public final class CodeCreation {

    private final Catalog catalog;
    private final Codes codes;
    private final IdempotencyKeys keys;

    public CodeCreation(Catalog catalog, Codes codes, IdempotencyKeys keys) {
        this.catalog = catalog;
        this.codes = codes;
        this.keys = keys;
    }

    /** Decides which codes an event gets. It may refuse by an exception; then nothing is changed. */
    @FunctionalInterface
    public interface Decision {

        /**
         * @param prices of the event in its current version
         * @param now the database's clock
         * @return codes that differ in nothing but their texts, ids and limits; at least one, and none that the event has
         */
        List<Code> of(PriceList prices, Instant now) throws SQLException;
    }

    /**
     * Creates codes.
     *
     * @param reply writes the reply to the request, which is stored under the key
     * @throws EventCancelled if the event was cancelled
     */
    public Receipt create(Tx tx, EventId id, Order.KeyUse use, Decision decision, Function<List<Code>, byte[]> reply)
            throws SQLException {
        var locked = catalog.lockEvent(tx, id); // a copy of the request waits here, and finds the key below
        if (locked.isEmpty()) {
            return new Receipt.UnknownEvent();
        }
        var repeated = keys.repeated(tx, id, use);
        if (repeated.isPresent()) {
            return repeated.get();
        }
        if (locked.get().status() == Event.Status.CANCELLED) {
            throw new EventCancelled();
        }
        var created = decision.of(catalog.prices(tx, locked.get()), tx.readClock());
        codes.insert(tx, id, created);
        return keys.store(tx, id, use, reply.apply(created));
    }
}
