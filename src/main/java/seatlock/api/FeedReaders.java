package seatlock.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.changes.Feed;
import seatlock.concurrent.Overload;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.TransactionPool;
import seatlock.http.HttpProblem;
import seatlock.http.Problem;

/**
 * Reads the feeds of events for clients, and lets clients wait for the next change (long polling).
 *
 * <p>A client that waits occupies a connection and a few hundred bytes, but no thread. For all that wait for an event, one look at
 * the feed at a time is enough: ten times a second, by whatever node a change was made. Changes that have no position yet get it
 * then, so that nobody waits for the {@link seatlock.maintenance.Sequencer}.
 */
final class FeedReaders implements AutoCloseable {

    /** The most clients that may wait at a time, in all events. */
    static final int MAX_WAITING = 1_000;

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private static final Logger log = LoggerFactory.getLogger(FeedReaders.class);

    /** A request for at most {@code limit} changes after a position. */
    record Query(EventId event, long after, int limit) {}

    /**
     * A client that waits.
     *
     * @param until the end of its wait, by {@link System#nanoTime}
     * @param isNew completed with whether there is a change to read
     */
    private record Waiter(long after, long until, CompletableFuture<Boolean> isNew) {}

    private record Finding(Feed.State state, List<Feed.Entry> entries) {}

    private final Feed feed;
    private final TransactionPool reads;
    private final TransactionPool writes;
    private final Executor continuations;
    private final int maxWaiting;
    private final PeriodicTask task = new PeriodicTask("feed-readers", this::look, failure -> false);

    private final Map<EventId, List<Waiter>> waiters = new HashMap<>(); // guarded by this
    private final Set<EventId> looking = new HashSet<>(); // guarded by this
    private int waiting; // guarded by this
    private boolean closed; // guarded by this

    /** @param continuations runs what depends on a result */
    FeedReaders(Feed feed, TransactionPool reads, TransactionPool writes, Executor continuations) {
        this(feed, reads, writes, continuations, MAX_WAITING);
    }

    FeedReaders(Feed feed, TransactionPool reads, TransactionPool writes, Executor continuations, int maxWaiting) {
        this.feed = feed;
        this.reads = reads;
        this.writes = writes;
        this.continuations = continuations;
        this.maxWaiting = maxWaiting;
        task.start(INTERVAL);
    }

    /**
     * Returns the next changes of an event; none if there are none within a time. All changes that were committed before the
     * request are found, unless their positions are being given at this moment.
     *
     * @return fails with {@link Problem.Refused} for an unknown event or a position that no change has yet, and with {@link
     *     Overload} if too many clients wait
     */
    CompletableFuture<List<Feed.Entry>> read(Query query, Duration wait) {
        var until = System.nanoTime() + wait.toNanos();
        return find(query)
                .thenCompose(found -> found.entries.isEmpty() && found.state.isBehind()
                        ? sequence(query.event).thenCompose(count -> find(query))
                        : CompletableFuture.completedFuture(found))
                .thenCompose(found -> found.entries.isEmpty() && !wait.isZero()
                        ? await(query, until)
                        : CompletableFuture.completedFuture(found.entries));
    }

    private CompletableFuture<Finding> find(Query query) {
        return reads.submit(query.event, tx -> {
            var state = feed.state(tx, query.event)
                    .orElseThrow(() ->
                            Problem.of(HttpProblem.NOT_FOUND, "No such event.").refuse());
            // Such a position is of another database, such as one from before a backup was restored. Waiting for it
            // would
            // hide all changes up to it.
            if (query.after > state.last()) {
                throw Parameters.invalidCursor();
            }
            return new Finding(state, feed.read(tx, query.event, query.after, query.limit));
        });
    }

    private CompletableFuture<Integer> sequence(EventId event) {
        return writes.submit(event, tx -> feed.sequence(tx, event));
    }

    private CompletableFuture<List<Feed.Entry>> await(Query query, long until) {
        var waiter = new Waiter(query.after, until, new CompletableFuture<>());
        synchronized (this) {
            if (closed) {
                return CompletableFuture.completedFuture(List.of());
            }
            if (waiting >= maxWaiting) {
                throw new Overload("Too many clients are waiting for changes.");
            }
            waiting++;
            waiters.computeIfAbsent(query.event, event -> new ArrayList<>()).add(waiter);
        }
        return waiter.isNew.thenCompose(isNew ->
                isNew ? find(query).thenApply(Finding::entries) : CompletableFuture.completedFuture(List.of()));
    }

    /** Ends the waits that are over, and begins a look at the feed of each event for which clients still wait. */
    private void look() {
        var now = System.nanoTime();
        var over = new ArrayList<Waiter>();
        var events = new ArrayList<EventId>();
        synchronized (this) {
            waiters.keySet().forEach(event -> over.addAll(remove(event, waiter -> waiter.until - now <= 0)));
            waiters.values().removeIf(List::isEmpty);
            waiters.keySet().stream().filter(looking::add).forEach(events::add);
        }
        complete(over, false);
        events.forEach(this::look);
    }

    private void look(EventId event) {
        lookAgain(event).whenComplete((last, failure) -> {
            List<Waiter> found;
            synchronized (this) {
                looking.remove(event);
                found = failure == null ? remove(event, waiter -> waiter.after < last) : List.of();
            }
            if (failure != null) {
                log.debug("Cannot look for changes of event {}: {}", event, failure.getMessage());
            }
            complete(found, true);
        });
    }

    /** Returns the last position of an event, after its changes without a position got one. */
    private CompletableFuture<Long> lookAgain(EventId event) {
        try {
            return state(event)
                    .thenCompose(state -> state.isBehind()
                            ? sequence(event).thenCompose(count -> state(event))
                            : CompletableFuture.completedFuture(state))
                    .thenApply(Feed.State::last);
        } catch (Overload e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Feed.State> state(EventId event) {
        return reads.submit(event, tx -> feed.state(tx, event).orElseThrow());
    }

    /** Removes those waiters of an event to which a condition applies. The caller holds the lock. */
    private List<Waiter> remove(EventId event, Predicate<Waiter> condition) {
        var ofEvent = waiters.getOrDefault(event, List.of());
        var removed = ofEvent.stream().filter(condition).toList();
        ofEvent.removeAll(removed);
        waiting -= removed.size();
        return removed;
    }

    private void complete(List<Waiter> done, boolean isNew) {
        done.forEach(waiter -> waiter.isNew.completeAsync(() -> isNew, continuations));
    }

    /** Returns the number of clients that wait. */
    synchronized int waiting() {
        return waiting;
    }

    /** Ends all waits without a change, and those of later requests, so that the server can stop. */
    @Override
    public void close() {
        List<Waiter> all;
        synchronized (this) {
            closed = true;
            all = waiters.values().stream().flatMap(List::stream).toList();
            waiters.clear();
            waiting = 0;
        }
        complete(all, false);
        task.close();
    }
}
