package seatlock.sales;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import seatlock.catalog.EventId;
import seatlock.concurrent.KeyedBatcher;
import seatlock.concurrent.Overload;
import seatlock.db.DatabaseException;
import seatlock.inventory.Inventory.Locking;
import seatlock.metrics.Metrics;

/**
 * Gathers the orders of each event and carries them out together, so that one commit serves hundreds of buyers. A lone order is
 * carried out at once: nothing waits for a batch to fill. One batch of an event runs at a time, which keeps the order of
 * arrival; more would only wait for each other's locks.
 *
 * <p>It also decides how long a batch waits for locks, and splits a batch that fails, so that one order never harms the others.
 */
final class GroupCommit implements AutoCloseable {

    /** Carries out orders of one event in one transaction, and returns a receipt for each. */
    @FunctionalInterface
    interface Transaction {
        List<Receipt> run(EventId event, List<Order> orders, Patience patience);
    }

    /** How long a transaction waits for locks. */
    enum Patience {
        /** As long as any healthy transaction takes. */
        USUAL(Locking.WAIT, Optional.empty()),
        /** After other orders have just waited in vain: longer than another node's batch takes, and not more. */
        SHORT(Locking.WAIT, Optional.of(Duration.ofMillis(100))),
        /** Refuses the orders that need locked rows. It can still wait for a key that another transaction is using. */
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

        /** Time limit for each lock; empty for the usual one. */
        Optional<Duration> lockWait() {
            return lockWait;
        }
    }

    /** Events served at the same time; each needs a connection. */
    static final int THREADS = 12;

    /** Orders in one transaction: it takes some twenty milliseconds, during which their seats are locked. */
    private static final int MAX_BATCH = 500;

    /** Answers that one thread writes. They fit in the server's buffers, so the thread does not wait for any client. */
    private static final int ANSWERS_PER_THREAD = 50;

    /** An event counts as locked from outside for this long after an order waited in vain. */
    private static final Duration LOCKED_FOR = Duration.ofSeconds(5);

    /** A batch that fails is split again and again for this long; the orders that are left then are refused. */
    private static final Duration SPLIT_FOR = Duration.ofSeconds(3);

    private record Pending(Order order, CompletableFuture<Receipt> receipt) {}

    private final Transaction transaction;
    private final Executor continuations;
    private final Metrics metrics;
    private final KeyedBatcher<EventId, Pending> queue;
    private final Cache<EventId, Boolean> locked =
            Caffeine.newBuilder().expireAfterWrite(LOCKED_FOR).build();

    /** @param continuations runs what depends on a receipt */
    GroupCommit(Transaction transaction, Executor continuations, Metrics metrics) {
        this.transaction = transaction;
        this.continuations = continuations;
        this.metrics = metrics;
        this.queue = new KeyedBatcher<>(
                "sales", new KeyedBatcher.Bounds(THREADS, 1, MAX_BATCH), this::run, this::refuse, metrics);
    }

    /** @throws Overload if too many orders of the event are waiting */
    CompletableFuture<Receipt> submit(Order order) {
        var pending = new Pending(order, new CompletableFuture<>());
        queue.submit(order.event(), pending);
        return pending.receipt();
    }

    private void run(EventId event, List<Pending> batch) {
        var deadline = System.nanoTime() + SPLIT_FOR.toNanos();
        var isLocked = locked.getIfPresent(event) != null;
        run(event, batch, isLocked ? Patience.SHORT : Patience.USUAL, deadline);
    }

    private void run(EventId event, List<Pending> batch, Patience patience, long deadline) {
        List<Receipt> receipts;
        try {
            receipts = transaction.run(event, batch.stream().map(Pending::order).toList(), patience);
        } catch (DatabaseException.LockTimeout e) {
            if (patience == Patience.USUAL) { // a short wait may have been in vain because of another node's batch
                locked.put(event, true);
            }
            if (patience != Patience.NONE) {
                run(event, batch, Patience.NONE, deadline);
            } else {
                split(event, batch, patience, deadline, e);
            }
            return;
        } catch (DatabaseException.Contended e) {
            split(event, batch, patience, deadline, e); // another transaction keeps using the key of one of them
            return;
        } catch (DatabaseException | Error e) {
            fail(batch, e); // the fault of the database or of this process, and of none of the orders
            return;
        } catch (RuntimeException e) {
            split(event, batch, patience, deadline, e);
            return;
        }
        metrics.batch(batch.size());
        answer(batch, receipts);
    }

    private void split(EventId event, List<Pending> batch, Patience patience, long deadline, RuntimeException reason) {
        if (batch.size() == 1) {
            fail(batch, reason);
        } else if (System.nanoTime() - deadline > 0) {
            fail(batch, new Overload("Too many orders of this event fail."));
        } else {
            var half = batch.size() / 2;
            run(event, batch.subList(0, half), patience, deadline);
            run(event, batch.subList(half, batch.size()), patience, deadline);
        }
    }

    /** Waking a thread for each answer would cost more than the answer, so each thread gets several; a lone one needs none. */
    private void answer(List<Pending> batch, List<Receipt> receipts) {
        if (batch.size() == 1) {
            batch.get(0).receipt.complete(receipts.get(0));
            return;
        }
        for (int from = 0; from < batch.size(); from += ANSWERS_PER_THREAD) {
            var first = from;
            var end = Math.min(batch.size(), from + ANSWERS_PER_THREAD);
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

    /** Carries out the orders that are waiting, then ends. */
    @Override
    public void close() {
        queue.close();
    }
}
