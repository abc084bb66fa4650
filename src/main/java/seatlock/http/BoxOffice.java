package seatlock.http;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.idempotency.Fingerprint;
import seatlock.idempotency.IdempotencyKey;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.idempotency.Reply;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory;
import seatlock.inventory.Outcome;
import seatlock.inventory.Refusal;
import seatlock.metrics.Metrics;
import seatlock.tickets.Tickets;

/**
 * Where requests that may change a seat are settled: the transaction begins and ends here.
 *
 * <p>Orders for one event wait in its lane, and what has gathered there is settled in one transaction, so that one commit
 * answers hundreds of buyers. In it, in this order: the idempotency keys are looked up, the commands of those that are
 * new are applied, tickets are made or voided, the replies are stored under the keys. The clients hear of it after the
 * commit. A crash before the commit leaves nothing; one after it leaves the replies, for the clients who ask again.
 *
 * <p>Nothing is right because of the lane: rows are locked in the database, whoever else is at work there. One batch of an
 * event at a time keeps the order of arrival, and more would only wait for each other.
 */
final class BoxOffice implements AutoCloseable {

    /**
     * What a client asks of an event.
     *
     * @param request which of his requests it is; a refusal names it
     * @param repeatable the key that makes it safe to ask again, or {@code null} where that is safe anyway
     * @param answer what to say when it is done; has no other effect
     */
    record Order(RequestId request, EventId event, Repeatable repeatable, Command command, Answer answer) {}

    record Repeatable(IdempotencyKey key, Fingerprint fingerprint) {}

    /** Turns what was done into the reply to the client. */
    @FunctionalInterface
    interface Answer {
        Reply to(Event event, Outcome.Done done);
    }

    /**
     * @param replayed whether it is the answer to another request with the same key
     * @param refusal which kind of no it is; {@code null} if it is a yes, or replayed
     */
    record Settled(Reply reply, boolean replayed, ProblemType refusal) {

        static Settled done(Reply reply) {
            return new Settled(reply, false, null);
        }

        static Settled refused(RequestId request, Problem problem) {
            return new Settled(problem.reply(request), false, problem.type());
        }

        static Settled replayed(Reply reply) {
            return new Settled(reply, true, null);
        }
    }

    /** Events settled at the same time. */
    private static final int WRITERS = 12;

    /** Other work at the same time, most of it at the gates; one event leaves some of it to the others. */
    private static final int OTHERS = 4;

    /** Every writer has its own connection. */
    static final int CONNECTIONS = WRITERS + OTHERS;

    /** Orders in one transaction: some twenty milliseconds, in which their seats are locked. */
    private static final int MAX_BATCH = 500;

    /** Answers that one thread writes. They fit in the server's buffers, so it does not wait for any client to read. */
    private static final int ANSWERED_AT_A_TIME = 50;

    /** After somebody waited in vain for a lock, the event counts as locked by somebody outside for so long. */
    private static final Duration LOCKED_FOR = Duration.ofSeconds(5);

    /** Orders that fail together are tried apart for so long; what is left then is refused. */
    private static final Duration APART_FOR = Duration.ofSeconds(3);

    /** How a transaction goes about locks. */
    private enum Patience {
        /** Waits as long as any healthy transaction takes. */
        USUAL(Inventory.Locking.WAIT, null),
        /** Others have just waited in vain: longer than another node's batch takes, and not more. */
        SHORT(Inventory.Locking.WAIT, Duration.ofMillis(100)),
        /** Leaves out who needs what is locked. What is left to wait for is a key that somebody else is using. */
        NONE(Inventory.Locking.SKIP, Duration.ofMillis(100));

        final Inventory.Locking locking;
        final Duration lockWait;

        Patience(Inventory.Locking locking, Duration lockWait) {
            this.locking = locking;
            this.lockWait = lockWait;
        }
    }

    /** An order whose client waits. */
    private record Pending(Order order, CompletableFuture<Settled> result) {

        void settle(Verdict verdict) {
            if (verdict.refusal == null) {
                result.complete(verdict.settled);
            } else {
                result.completeExceptionally(verdict.refusal);
            }
        }
    }

    /** What becomes of an order once its transaction has committed: a reply, or a refusal that is not kept. */
    private record Verdict(Settled settled, Problem.Refused refusal) {

        static Verdict of(Problem problem) {
            return new Verdict(null, problem.refuse());
        }

        boolean changesSomething() {
            return settled != null && !settled.replayed && settled.reply.status() < 300;
        }
    }

    private final Database database;
    private final Catalog catalog;
    private final Inventory inventory;
    private final IdempotencyKeys keys;
    private final Tickets tickets;
    private final Consumer<EventId> changed;
    private final Executor answers;
    private final Map<EventId, Long> lockedUntil = new ConcurrentHashMap<>();
    private final Metrics metrics;
    private final Lanes<EventId, Pending> sales;
    private final Lanes<EventId, Turn<?>> others;

    /**
     * @param changed is told which event may have changed, before the client is
     * @param answers the threads on which clients are answered
     */
    BoxOffice(Database database, HttpServer.Core core, Consumer<EventId> changed, Executor answers, Metrics metrics) {
        this.database = database;
        this.catalog = core.catalog();
        this.inventory = core.inventory();
        this.keys = core.keys();
        this.tickets = core.tickets();
        this.changed = changed;
        this.answers = answers;
        this.metrics = metrics;
        this.sales = new Lanes<>("sales", new Lanes.Bounds(WRITERS, 1, MAX_BATCH), this::settle, this::refuse, metrics);
        this.others = Turn.lanes("gates", OTHERS, OTHERS - 1, metrics);
    }

    CompletableFuture<Settled> submit(Order order) {
        var pending = new Pending(order, new CompletableFuture<>());
        sales.submit(order.event(), pending);
        return pending.result();
    }

    /** Anything else that changes what belongs to an event: by itself, in a transaction. */
    <T> CompletableFuture<T> submit(EventId event, Database.Work<T> work) {
        return Turn.submit(others, event, () -> database.inTransaction(work), answers);
    }

    private void settle(EventId event, List<Pending> batch) {
        var deadline = System.nanoTime() + APART_FOR.toNanos();
        settle(event, batch, isLocked(event) ? Patience.SHORT : Patience.USUAL, deadline);
    }

    /** In one transaction; if that fails for the sake of some of them, the others are not harmed. */
    private void settle(EventId event, List<Pending> batch, Patience patience, long deadline) {
        List<Verdict> verdicts;
        try {
            verdicts = database.inTransaction(tx -> decide(tx, event, batch, patience));
        } catch (DatabaseException.LockTimeout e) {
            if (patience == Patience.USUAL) { // a short wait may have been in vain because of another node's batch
                lockedUntil.put(event, System.nanoTime() + LOCKED_FOR.toNanos());
            }
            if (patience != Patience.NONE) {
                settle(event, batch, Patience.NONE, deadline);
            } else {
                settleApart(event, batch, patience, deadline, e);
            }
            return;
        } catch (DatabaseException.OutcomeUnknown e) {
            changed.accept(event);
            fail(batch, e);
            return;
        } catch (DatabaseException.Contended e) {
            settleApart(event, batch, patience, deadline, e); // somebody else keeps using the key of one of them
            return;
        } catch (DatabaseException | Error e) {
            fail(batch, e); // the fault of the database, or of this process, and not of any of them
            return;
        } catch (RuntimeException e) {
            settleApart(event, batch, patience, deadline, e);
            return;
        }
        metrics.batch(batch.size());
        if (verdicts.stream().anyMatch(Verdict::changesSomething)) {
            changed.accept(event);
        }
        answer(batch, verdicts);
    }

    private void settleApart(
            EventId event, List<Pending> batch, Patience patience, long deadline, RuntimeException reason) {
        if (batch.size() == 1) {
            fail(batch, reason);
        } else if (System.nanoTime() - deadline > 0) {
            fail(
                    batch,
                    Problem.of(ProblemType.OVERLOADED, "Too many orders of this event fail.")
                            .refuse());
        } else {
            var half = batch.size() / 2;
            settle(event, batch.subList(0, half), patience, deadline);
            settle(event, batch.subList(half, batch.size()), patience, deadline);
        }
    }

    /** Some at a time: to wake a thread for each would cost more than to answer it; and for a lone one none at all. */
    private void answer(List<Pending> batch, List<Verdict> verdicts) {
        if (batch.size() == 1) {
            batch.get(0).settle(verdicts.get(0));
            return;
        }
        for (int from = 0; from < batch.size(); from += ANSWERED_AT_A_TIME) {
            var first = from;
            var end = Math.min(batch.size(), from + ANSWERED_AT_A_TIME);
            answers.execute(() -> {
                for (int i = first; i < end; i++) {
                    batch.get(i).settle(verdicts.get(i));
                }
            });
        }
    }

    private void fail(List<Pending> batch, Throwable reason) {
        answers.execute(() -> batch.forEach(pending -> pending.result.completeExceptionally(reason)));
    }

    private void refuse(Pending pending, Problem.Refused reason) {
        fail(List.of(pending), reason);
    }

    private boolean isLocked(EventId event) {
        var until = lockedUntil.get(event);
        if (until == null || until - System.nanoTime() > 0) {
            return until != null;
        }
        lockedUntil.remove(event, until);
        return false;
    }

    /** One verdict for each order. */
    private List<Verdict> decide(Tx tx, EventId id, List<Pending> batch, Patience patience) throws SQLException {
        if (patience.lockWait != null) {
            tx.limitLockWait(patience.lockWait);
        }
        var event = catalog.recall(tx, id);
        if (event.isEmpty()) {
            var noEvent = Verdict.of(Problem.of(ProblemType.NOT_FOUND, "There is no such event."));
            return Collections.nCopies(batch.size(), noEvent);
        }
        var orders = batch.stream().map(Pending::order).toList();
        var firsts = new LinkedHashMap<IdempotencyKey, Order>(); // copies of a key are answered with its first order
        for (var order : orders) {
            if (order.repeatable() != null) {
                firsts.putIfAbsent(order.repeatable().key(), order);
            }
        }
        var kept = keys.find(tx, id, firsts.keySet());
        var toApply = new ArrayList<Order>();
        for (var order : orders) {
            var key = order.repeatable() == null ? null : order.repeatable().key();
            if (key == null || firsts.get(key) == order && !kept.containsKey(key)) {
                toApply.add(order);
            }
        }
        var verdicts = apply(tx, event.get(), toApply, patience);
        return orders.stream()
                .map(order -> {
                    var verdict = verdicts.get(order);
                    return verdict != null ? verdict : repeated(order, firsts, kept, verdicts);
                })
                .toList();
    }

    /** Keeps the replies; one that is alone with its key learns it if somebody else is using that. */
    private void store(Tx tx, EventId event, Map<IdempotencyKey, IdempotencyKeys.Kept> uses, Patience patience)
            throws SQLException {
        var isAlone = patience == Patience.NONE && uses.size() == 1;
        if (isAlone) {
            tx.flush(); // so that what fails now is the key
        }
        keys.store(tx, event, uses);
        if (isAlone) {
            try {
                tx.flush();
            } catch (SQLException e) {
                if (DatabaseException.isLockTimeout(e)) {
                    throw keyInUse();
                }
                throw e;
            }
        }
    }

    private static Problem.Refused keyInUse() {
        return Problem.of(ProblemType.IDEMPOTENCY_KEY_IN_USE, "The first request with this key is not done yet.")
                .refuse();
    }

    /** Orders that were not asked before, each with its verdict. */
    private Map<Order, Verdict> apply(Tx tx, Event event, List<Order> orders, Patience patience) throws SQLException {
        var verdicts = new IdentityHashMap<Order, Verdict>();
        if (orders.isEmpty()) {
            return verdicts;
        }
        var commands = orders.stream().map(Order::command).toList();
        var outcomes = inventory.apply(tx, event, commands, patience.locking);
        tickets.follow(tx, event, outcomes);
        var uses = new HashMap<IdempotencyKey, IdempotencyKeys.Kept>();
        for (int i = 0; i < orders.size(); i++) {
            var order = orders.get(i);
            var outcome = outcomes.get(i);
            if (isForNow(outcome)) {
                verdicts.put(order, Verdict.of(Refusals.problem(event, outcome)));
            } else {
                var settled = settled(event, order, outcome);
                verdicts.put(order, new Verdict(settled, null));
                if (order.repeatable() != null) {
                    uses.put(
                            order.repeatable().key(),
                            new IdempotencyKeys.Kept(order.repeatable().fingerprint(), settled.reply()));
                }
            }
        }
        store(tx, event.id(), uses, patience);
        return verdicts;
    }

    /** Whether it was refused for a reason that passes by itself: that is no answer to keep. */
    private static boolean isForNow(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused && refused.reason() == Refusal.LOCKED
                || outcome instanceof Outcome.Limited limited && limited.retryAfter() != null;
    }

    private static Settled settled(Event event, Order order, Outcome outcome) {
        return outcome instanceof Outcome.Done done
                ? Settled.done(order.answer().to(event, done))
                : Settled.refused(order.request(), Refusals.problem(event, outcome));
    }

    /** The verdict for an order whose key was used before: in an earlier transaction, or by another one in this batch. */
    private static Verdict repeated(
            Order order,
            Map<IdempotencyKey, Order> firsts,
            Map<IdempotencyKey, IdempotencyKeys.Kept> kept,
            Map<Order, Verdict> verdicts) {
        var key = order.repeatable().key();
        var before = kept.get(key);
        var first = firsts.get(key);
        if (before == null && verdicts.get(first).refusal != null) {
            return verdicts.get(first); // nothing is kept under the key
        }
        var asked = before != null ? before.fingerprint() : first.repeatable().fingerprint();
        if (!asked.equals(order.repeatable().fingerprint())) {
            return Verdict.of(Problem.of(
                    ProblemType.IDEMPOTENCY_KEY_REUSED,
                    "The key came with another request before, and its effect stands."));
        }
        if (before != null) {
            return new Verdict(Settled.replayed(before.reply()), null);
        }
        return new Verdict(Settled.replayed(verdicts.get(first).settled.reply()), null);
    }

    /** Settles what is waiting, then ends. */
    @Override
    public void close() {
        sales.close();
        others.close();
    }
}
