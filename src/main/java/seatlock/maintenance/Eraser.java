package seatlock.maintenance;

import java.time.Duration;
import java.time.Period;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.inventory.Command;
import seatlock.inventory.ReservationId;
import seatlock.privacy.Erasure;
import seatlock.sales.Checkout;

/**
 * Erases personal data from the database and from the mails that this machine has: of one buyer when asked, and of all buyers of
 * events that ended longer ago than the retention.
 *
 * <p>It may run on every node. A round that is interrupted is continued by the next one, here or on another node.
 */
public final class Eraser implements AutoCloseable {

    /** Reservations per transaction: few enough that their locks are short. */
    private static final int BATCH = 200;

    /** Events per round, so that a first round with years of events is reported before it is complete. */
    private static final int EVENTS = 1_000;

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /** Less than any id. */
    private static final UUID FIRST = new UUID(0, 0);

    private static final Logger log = LoggerFactory.getLogger(Eraser.class);

    private final Database database;
    private final Checkout checkout;
    private final Erasure erasure;
    private final Consumer<Collection<UUID>> mails;
    private final Optional<Period> retention;
    private final PeriodicTask task = new PeriodicTask("eraser", this::runOnce, DatabaseException.class::isInstance);

    /**
     * @param mails deletes the mails of jobs, as far as this machine has them
     * @param retention time after the end of an event; empty to keep personal data until it is erased on request
     */
    public Eraser(
            Database database,
            Checkout checkout,
            Erasure erasure,
            Consumer<Collection<UUID>> mails,
            Optional<Period> retention) {
        this.database = database;
        this.checkout = checkout;
        this.erasure = erasure;
        this.mails = mails;
        this.retention = retention;
    }

    /** Runs {@link #runOnce} now and every minute until closed, if there is a retention. */
    public void start() {
        if (retention.isPresent()) {
            task.start(INTERVAL);
        }
    }

    /**
     * Erases one reservation on a database that may write; see {@link Erasure#erase}. One that has lapsed is expired first, as the
     * {@link Sweeper} does it.
     *
     * @return {@link Erasure.Result.Lapsed} only if others have locked the reservation or its seats, so that it must be tried again
     */
    public Erasure.Result erase(Database writes, EventId event, ReservationId id, boolean force, Actor actor) {
        Database.Work<Erasure.Result> work = tx -> erasure.erase(tx, event, id, force, actor);
        var result = writes.inTransaction(work);
        if (result instanceof Erasure.Result.Lapsed) {
            checkout.apply(event, List.of(new Command.Expire(id)), Actor.SWEEPER);
            result = writes.inTransaction(work);
        }
        if (result instanceof Erasure.Result.Erased erased) {
            mails.accept(erased.jobs());
        }
        return result;
    }

    /** Erases the buyers of all events that ended longer ago than the retention, except reservations that are locked. */
    public void runOnce() {
        if (retention.isEmpty()) {
            return;
        }
        for (var event : database.inTransaction(tx -> erasure.findEnded(tx, retention.get(), EVENTS))) {
            try {
                erase(event);
            } catch (DatabaseException e) {
                log.warn("Event {} will be erased in the next round: {}", event, e.getMessage());
            }
        }
    }

    private void erase(EventId event) {
        var after = FIRST;
        int erased = 0;
        List<UUID> batch;
        do {
            var from = after;
            batch = database.inTransaction(tx -> erasure.findUnerased(tx, event, from, BATCH));
            if (!batch.isEmpty()) {
                var ids = batch;
                mails.accept(database.inTransaction(tx -> erasure.eraseAll(tx, event, ids, Actor.SWEEPER)));
                after = ids.get(ids.size() - 1);
                erased += ids.size();
            }
        } while (batch.size() == BATCH);
        database.inTransaction(tx -> {
            erasure.markErased(tx, event);
            return null;
        });
        if (erased > 0) {
            log.info("Erased the personal data of {} reservations of event {}, which has ended", erased, event);
        }
    }

    @Override
    public void close() {
        task.close();
    }
}
