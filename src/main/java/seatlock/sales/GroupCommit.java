package seatlock.sales;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import seatlock.catalog.EventId;
import seatlock.concurrent.KeyedBatcher;
import seatlock.concurrent.Overload;
import seatlock.db.DatabaseException;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory.Locking;
import seatlock.metrics.Metrics;

/**
 * Batches the orders of each event, so that one commit serves hundreds of buyers. A lone order is carried out at once;
 * nothing waits for a batch to fill. Only one batch of an event runs at a time, which preserves the order of arrival; several
 * would only wait for each other's locks. But while one is being written to disk by its commit, the next one begins with orders that
 * use nothing of what it uses.
 *
 * <p>It also decides how long a batch waits for locks, and splits a batch that fails, so that one order never makes others
 * fail.
 */
final class GroupCommit implements AutoCloseable {

    /** Carries out orders of one event in one transaction, and returns a receipt for each. */
    @FunctionalInterface
    interface Transaction {

        /** @param committing to be called when all that is left is to commit */
        List<Receipt> run(EventId event, List<Order> orders, Patience patience, Runnable committing);
    }

    /** How long a transaction waits for locks. */
    enum Patience {
        /** As long as any healthy transaction takes. */
        USUAL(Locking.WAIT, Optional.empty()),
        /** Used after other orders timed out: just longer than another node's batch takes. */
        SHORT(Locking.WAIT, Optional.of(Duration.ofMillis(100))),
        /** Refuses the orders that need locked rows, but still waits briefly for a key that another transaction is using. */
        NONE(Locking.SKIP, Optional.of(Duration.ofMillis(100)));

        private final Locking locking;
        private final Optional<Duration> lockWait;

        Patience(Locking locking, Optional<Duration> lockWait) {
            this.locking = locking;
            this.lockWait = lockWait;
        }

        Locking locking() {
            return locking;
        }

        /** Returns the time limit for each lock; empty for the database's default. */
        Optional<Duration> lockWait() {
            return lockWait;
        }
    }

    /** Events served at the same time; each needs a connection. */
    static final int THREADS = 12;

    /** Orders in one transaction, which takes about 20 ms, with their seats locked. */
    private static final int MAX_BATCH = 500;

    /** Receipts that one thread completes. The responses fit in the server's buffers, so the thread waits for no client. */
    private static final int RECEIPTS_PER_THREAD = 50;

    /** An event counts as locked by another program for this long after a lock timeout. */
    private static final Duration LOCKED_FOR = Duration.ofSeconds(5);

    /** Time limit for splitting a failing batch; after it, the remaining orders are refused. */
    private static final Duration SPLIT_FOR = Duration.ofSeconds(3);

    private record Pending(Order order, CompletableFuture<Receipt> receipt) {}

    private final Transaction transaction;
    private final Executor continuations;
    private final Metrics metrics;
    private final KeyedBatcher<EventId, Pending> queue;
    private final Cache<EventId, Boolean> locked =
            Caffeine.newBuilder().expireAfterWrite(LOCKED_FOR).build();

    /** @param continuations runs the stages that depend on a receipt */
    GroupCommit(Transaction transaction, Executor continuations, Metrics metrics) {
        this.transaction = transaction;
        this.continuations = continuations;
        this.metrics = metrics;
        this.queue = new KeyedBatcher<>(
                "sales",
                new KeyedBatcher.Bounds(THREADS, 1, MAX_BATCH),
                this::run,
                pending -> uses(pending.order),
                this::refuse,
                metrics);
    }

    /** @throws Overload if too many orders of the event are waiting */
    CompletableFuture<Receipt> submit(Order order) {
        var pending = new Pending(order, new CompletableFuture<>());
        queue.submit(order.event(), pending);
        return pending.receipt();
    }

    /**
     * Returns what an order uses that another one may use, too; empty if it may be anything, because the server chooses its seats, or
     * they depend on more than their names.
     */
    private static Optional<Set<Object>> uses(Order order) {
        var used = new HashSet<>();
        order.key().ifPresent(use -> used.add(use.key()));
        order.command().quotas().forEach(quota -> used.add(quota.subject()));
        if (order.command() instanceof Command.Reserve reserve) {
            reserve.basket().seats().forEach(item -> used.add(item.label()));
            return reserve.basket().isOfSeatsOnly() ? Optional.of(used) : Optional.empty();
        }
        if (order.command() instanceof Command.OfReservation other) {
            used.add(other.id());
            return Optional.of(used);
        }
        return Optional.empty();
    }

    private void run(EventId event, List<Pending> batch, Runnable committing) {
        var deadline = System.nanoTime() + SPLIT_FOR.toNanos();
        var isLocked = locked.getIfPresent(event) != null;
        run(new Batch(event, batch, committing), isLocked ? Patience.SHORT : Patience.USUAL, deadline);
    }

    /** @param committing to be called when all that is left is to commit */
    private record Batch(EventId event, List<Pending> orders, Runnable committing) {

        Batch part(int from, int to) {
            return new Batch(event, orders.subList(from, to), committing);
        }
    }

    private void run(Batch batch, Patience patience, long deadline) {
        List<Receipt> receipts;
        try {
            var orders = batch.orders.stream().map(Pending::order).toList();
            receipts = transaction.run(batch.event, orders, patience, batch.committing);
        } catch (DatabaseException.LockTimeout e) {
            if (patience == Patience.USUAL) { // after a short wait, the cause may be just another node's batch
                locked.put(batch.event, true);
            }
            if (patience != Patience.NONE) {
                run(batch, Patience.NONE, deadline);
            } else {
                split(batch, patience, deadline, e);
            }
            return;
        } catch (DatabaseException.Contended e) {
            split(batch, patience, deadline, e); // other transactions repeatedly used the key of one order
            return;
        } catch (DatabaseException | Error e) {
            fail(batch.orders, e); // caused by the database or this process, not by an order
            return;
        } catch (RuntimeException e) {
            split(batch, patience, deadline, e);
            return;
        }
        metrics.batch(batch.orders.size());
        complete(batch.orders, receipts);
    }

    private void split(Batch batch, Patience patience, long deadline, RuntimeException reason) {
        var size = batch.orders.size();
        if (size == 1) {
            fail(batch.orders, reason);
        } else if (System.nanoTime() - deadline > 0) {
            fail(batch.orders, new Overload("Too many orders of this event are failing."));
        } else {
            run(batch.part(0, size / 2), patience, deadline);
            run(batch.part(size / 2, size), patience, deadline);
        }
    }

    /** Waking a thread costs more than writing a response, so each thread completes several. A lone one needs no thread. */
    private void complete(List<Pending> batch, List<Receipt> receipts) {
        if (batch.size() == 1) {
            batch.get(0).receipt.complete(receipts.get(0));
            return;
        }
        for (int from = 0; from < batch.size(); from += RECEIPTS_PER_THREAD) {
            var first = from;
            var end = Math.min(batch.size(), from + RECEIPTS_PER_THREAD);
            continuations.execute(() -> {
                for (int i = first; i < end; i++) {
                    batch.get(i).receipt.complete(receipts.get(i));
                }
            });
        }
    }

    private void fail(List<Pending> batch, Throwable reason) {
        continuations.execute(() -> batch.forEach(pending -> pending.receipt.completeExceptionally(reason)));
    }

    private void refuse(Pending pending, Overload reason) {
        fail(List.of(pending), reason);
    }

    /** Carries out the orders that are waiting, then stops. */
    @Override
    public void close() {
        queue.close();
    }
}
