package seatlock.jobs;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.Catalog;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory;
import seatlock.inventory.Outcome;
import seatlock.metrics.Metrics;

/**
 * Tidies up: marks lapsed reservations {@code EXPIRED} and frees their seats, and forgets old idempotency keys.
 *
 * <p>Nothing waits for it. A lapsed hold is free the moment it lapses, whether or not the sweeper has been there; a
 * sweeper that stands still costs tidiness, not seats. It may run on every node: what another one has already expired
 * is left alone.
 */
public final class Sweeper implements AutoCloseable {

    /** Reservations (or keys) of one round: few enough that their locks are short, many enough to keep up. */
    private static final int BATCH = 500;

    /** Quotas of what began longer ago are gone: some sweeper ran since then. */
    private static final Duration QUOTAS_SOUGHT = Duration.ofDays(7);

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);

    private final Database database;
    private final Catalog catalog;
    private final Inventory inventory;
    private final IdempotencyKeys keys;
    private final Metrics metrics;
    private final Loop loop = new Loop("sweeper", this::runOnce);
    private boolean failed; // only the thread that sweeps uses it

    public Sweeper(Database database, Catalog catalog, Inventory inventory, IdempotencyKeys keys, Metrics metrics) {
        this.database = database;
        this.catalog = catalog;
        this.inventory = inventory;
        this.keys = keys;
        this.metrics = metrics;
    }

    /** Runs {@link #runOnce} now and then after every interval, until closed. */
    public void start(Duration interval) {
        loop.start(interval);
    }

    /** Expires all that has lapsed and prunes all that is outdated or no longer needed, except in events that are locked. */
    public void runOnce() {
        failed = false;
        expireLapsed();
        pruneKeys();
        pruneQuotas();
        if (!failed) {
            metrics.swept();
        }
    }

    private void expireLapsed() {
        Inventory.Lapsed last = null;
        List<Inventory.Lapsed> batch;
        do {
            var after = last;
            batch = database.inTransaction(tx -> inventory.findLapsed(tx, BATCH, after));
            Map<EventId, List<Command>> byEvent = batch.stream()
                    .collect(groupingBy(
                            Inventory.Lapsed::event,
                            mapping(lapsed -> new Command.Expire(lapsed.reservation()), toList())));
            byEvent.forEach((event, commands) -> metrics.expired(inEvent(event, tx -> expire(tx, event, commands))));
            last = batch.isEmpty() ? null : batch.get(batch.size() - 1);
        } while (batch.size() == BATCH);
    }

    private int expire(Tx tx, EventId id, List<Command> commands) throws SQLException {
        var event = catalog.find(tx, id).orElseThrow(() -> new IllegalStateException("No event " + id));
        var expired = inventory.apply(tx, event, commands, Inventory.Locking.SKIP).stream()
                .filter(outcome -> outcome instanceof Outcome.Done done && done.changed())
                .count();
        return (int) expired;
    }

    private void pruneKeys() {
        List<IdempotencyKeys.Outdated> batch;
        int pruned;
        do {
            batch = database.inTransaction(tx -> keys.findOutdated(tx, BATCH));
            var byEvent = batch.stream()
                    .collect(groupingBy(
                            IdempotencyKeys.Outdated::event, mapping(IdempotencyKeys.Outdated::key, toList())));
            pruned = 0;
            for (var entry : byEvent.entrySet()) {
                pruned += inEvent(entry.getKey(), tx -> keys.prune(tx, entry.getKey(), entry.getValue()));
            }
        } while (batch.size() == BATCH && pruned > 0);
    }

    private void pruneQuotas() {
        var since = Instant.now().minus(QUOTAS_SOUGHT);
        database.inTransaction(tx -> inventory.findBegunWithQuotas(tx, since))
                .forEach(event -> inEvent(event, tx -> inventory.forgetQuotas(tx, event)));
    }

    /** A transaction of its own for each event, so that one that is locked or broken does not hold up the others. */
    private int inEvent(EventId event, Database.Work<Integer> work) {
        try {
            return database.inTransaction(work);
        } catch (DatabaseException.LockTimeout e) {
            log.debug("Event {} is busy and will be swept in the next round", event);
        } catch (DatabaseException.Unavailable e) {
            log.warn("Event {} is swept in the next round: {}", event, e.getMessage());
            failed = true;
        } catch (IllegalStateException e) {
            log.error("Event {} cannot be swept", event, e);
            failed = true;
        }
        return 0;
    }

    @Override
    public void close() {
        loop.close();
    }
}
