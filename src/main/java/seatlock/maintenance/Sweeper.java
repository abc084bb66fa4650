package seatlock.maintenance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Outcome;
import seatlock.metrics.Metrics;
import seatlock.sales.Checkout;
import seatlock.sales.IdempotencyKeys;

/**
 * Marks lapsed reservations {@code EXPIRED}, frees their seats, cancels the reservations of cancelled events, and deletes old idempotency keys and quotas.
 *
 * <p>No request depends on it: a seat is free as soon as its hold lapses, whether or not the sweeper has run. It may run on
 * every node; a reservation that another node has already expired is skipped.
 */
public final class Sweeper implements AutoCloseable {

    /** Reservations (or keys) per round: few enough that their locks are short, many enough to keep up. */
    private static final int BATCH = 500;

    /** Only events that started within this time are searched for quotas; earlier runs deleted those of older events. */
    private static final Duration QUOTA_SEARCH = Duration.ofDays(7);

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);

    private final Database database;
    private final Checkout checkout;
    private final Inventory inventory;
    private final InventoryReader reader;
    private final IdempotencyKeys keys;
    private final Metrics metrics;
    private final CancellationSweep cancellations;
    private final PeriodicTask task = new PeriodicTask("sweeper", this::runOnce, DatabaseException.class::isInstance);
    private boolean failed; // used only by the sweeper's thread

    /** @param database for everything except expiring reservations, which goes through the checkout */
    public Sweeper(
            Database database,
            Checkout checkout,
            Inventory inventory,
            InventoryReader reader,
            IdempotencyKeys keys,
            Metrics metrics) {
        this.database = database;
        this.checkout = checkout;
        this.inventory = inventory;
        this.reader = reader;
        this.keys = keys;
        this.metrics = metrics;
        this.cancellations = new CancellationSweep(database, checkout, reader);
    }

    /** Runs {@link #runOnce} now, and again after every interval, until closed. */
    public void start(Duration interval) {
        task.start(interval);
    }

    /**
     * Expires all lapsed reservations, cancels those of cancelled events, and deletes all outdated keys and quotas, except for rows that are locked.
     *
     * @return the number of reservations that this call expired
     */
    public int runOnce() {
        failed = false;
        var expired = expireLapsed();
        cancellations.find().forEach(event -> inEvent(event.event(), () -> cancellations.run(event)));
        pruneKeys();
        pruneQuotas();
        if (!failed) {
            metrics.sweepCompleted();
        }
        return expired;
    }

    private int expireLapsed() {
        int expired = 0;
        InventoryReader.Lapsed last = null;
        List<InventoryReader.Lapsed> batch;
        do {
            var after = last;
            batch = database.inTransaction(tx -> reader.findLapsed(tx, BATCH, after));
            Map<EventId, List<Command>> byEvent = batch.stream()
                    .collect(groupingBy(
                            InventoryReader.Lapsed::event,
                            mapping(lapsed -> new Command.Expire(lapsed.reservation()), toList())));
            for (var entry : byEvent.entrySet()) {
                var count = inEvent(entry.getKey(), () -> expire(entry.getKey(), entry.getValue()));
                metrics.expired(count);
                expired += count;
            }
            last = batch.isEmpty() ? null : batch.get(batch.size() - 1);
        } while (batch.size() == BATCH);
        return expired;
    }

    private int expire(EventId event, List<Command> commands) {
        return (int) checkout.apply(event, commands, Actor.SWEEPER).stream()
                .filter(outcome -> outcome instanceof Outcome.Done done && done.changed())
                .count();
    }

    private void pruneKeys() {
        List<IdempotencyKeys.Outdated> batch;
        int pruned;
        do {
            batch = database.inTransaction(tx -> keys.findOutdated(tx, BATCH));
            var byEvent = batch.stream()
                    .collect(groupingBy(
                            IdempotencyKeys.Outdated::event, mapping(IdempotencyKeys.Outdated::hash, toList())));
            pruned = 0;
            for (var entry : byEvent.entrySet()) {
                pruned += inEvent(
                        entry.getKey(),
                        () -> database.inTransaction(tx -> keys.prune(tx, entry.getKey(), entry.getValue())));
            }
        } while (batch.size() == BATCH && pruned > 0);
    }

    private void pruneQuotas() {
        database.inTransaction(
                        tx -> reader.findStartedWithQuotas(tx, tx.readClock().minus(QUOTA_SEARCH)))
                .forEach(event ->
                        inEvent(event, () -> database.inTransaction(tx -> inventory.deleteQuotas(tx, event))));
    }

    /** Runs a separate transaction for each event, so that a locked or broken event does not affect the others. */
    private int inEvent(EventId event, IntSupplier work) {
        try {
            return work.getAsInt();
        } catch (DatabaseException.LockTimeout e) {
            log.debug("Event {} is busy and will be swept in the next round", event);
        } catch (DatabaseException.Unavailable e) {
            log.warn("Event {} will be swept in the next round: {}", event, e.getMessage());
            failed = true;
        } catch (RuntimeException e) { // whatever is wrong with this event
            log.error("Event {} cannot be swept", event, e);
            failed = true;
        }
        return 0;
    }

    @Override
    public void close() {
        task.close();
    }
}
