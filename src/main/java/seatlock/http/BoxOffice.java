package seatlock.http;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.idempotency.Claim;
import seatlock.idempotency.Fingerprint;
import seatlock.idempotency.IdempotencyKey;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.idempotency.Reply;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory;
import seatlock.inventory.Outcome;
import seatlock.tickets.Tickets;

/**
 * Where requests that may change a seat are settled: the transaction begins and ends here.
 *
 * <p>In it, in this order: the idempotency key is claimed, the command is applied, tickets are made or voided, the reply
 * is stored under the key. The client hears of it after the commit. A crash before the commit leaves nothing; one after
 * it leaves the reply, for the client who asks again.
 */
final class BoxOffice implements AutoCloseable {

    /**
     * What a client asks of an event.
     *
     * @param repeatable the key that makes it safe to ask again, or {@code null} where that is safe anyway
     * @param answer what to say about the outcome; has no other effect
     */
    record Order(EventId event, Repeatable repeatable, Command command, Answer answer) {}

    record Repeatable(IdempotencyKey key, Fingerprint fingerprint) {}

    /** Turns an outcome into the reply to the client. */
    @FunctionalInterface
    interface Answer {
        Reply to(Event event, Outcome outcome);
    }

    /** @param replayed whether it is the answer to an earlier request with the same key */
    record Settled(Reply reply, boolean replayed) {}

    /** And so database connections, for all events. */
    static final int THREADS = 16;

    /** Of one event. They contend for the same rows, so more would only wait for each other. */
    private static final int AT_ONCE = 4;

    /** Enough where nobody outside has the lock, and all that is left to wait where somebody has had it for long. */
    private static final Duration HURRIED_LOCK_WAIT = Duration.ofMillis(100);

    private final Database database;
    private final Catalog catalog;
    private final Inventory inventory;
    private final IdempotencyKeys keys;
    private final Tickets tickets;
    private final Consumer<EventId> changed;
    private final Lanes lanes = new Lanes("sales", THREADS, AT_ONCE);

    /** @param changed is told which event may have changed, before the client is */
    BoxOffice(Database database, HttpServer.Core core, Consumer<EventId> changed) {
        this.database = database;
        this.catalog = core.catalog();
        this.inventory = core.inventory();
        this.keys = core.keys();
        this.tickets = core.tickets();
        this.changed = changed;
    }

    /** @param answers the threads on which the client is answered */
    CompletableFuture<Settled> submit(Order order, Executor answers) {
        return submit(order.event(), tx -> settle(tx, order), answers).whenComplete((settled, failure) -> {
            if (failure != null || settled.reply().status() < 300) { // a refusal changed nothing
                changed.accept(order.event());
            }
        });
    }

    /** Anything else that changes what belongs to an event: in its lane, in a transaction. */
    <T> CompletableFuture<T> submit(EventId event, Database.Work<T> work, Executor answers) {
        return lanes.submit(
                event,
                hurry -> database.inTransaction(tx -> {
                    if (hurry) {
                        tx.limitLockWait(HURRIED_LOCK_WAIT);
                    }
                    return work.in(tx);
                }),
                answers);
    }

    private Settled settle(Tx tx, Order order) throws SQLException {
        var event = catalog.find(tx, order.event())
                .orElseThrow(() -> Problem.of(ProblemType.NOT_FOUND, "There is no such event.")
                        .refuse());
        if (order.repeatable() == null) {
            return new Settled(apply(tx, event, order), false);
        }
        var claim = claim(tx, order);
        if (claim instanceof Claim.Repeated repeated) {
            return new Settled(repeated.reply(), true);
        } else if (claim instanceof Claim.Reused) {
            throw Problem.of(
                            ProblemType.IDEMPOTENCY_KEY_REUSED,
                            "The key came with another request before, and its effect stands.")
                    .refuse();
        }
        var reply = apply(tx, event, order);
        keys.store(tx, event.id(), order.repeatable().key(), reply);
        return new Settled(reply, false);
    }

    private Claim claim(Tx tx, Order order) throws SQLException {
        try {
            return keys.claim(
                    tx,
                    order.event(),
                    order.repeatable().key(),
                    order.repeatable().fingerprint());
        } catch (SQLException e) {
            if (DatabaseException.isLockTimeout(e)) {
                throw Problem.of(ProblemType.IDEMPOTENCY_KEY_IN_USE, "The first request with this key is not done yet.")
                        .refuse();
            }
            throw e;
        }
    }

    private Reply apply(Tx tx, Event event, Order order) throws SQLException {
        var outcomes = inventory.apply(tx, event, List.of(order.command()));
        tickets.follow(tx, event, outcomes);
        return order.answer().to(event, outcomes.get(0));
    }

    @Override
    public void close() {
        lanes.close();
    }
}
