package seatlock.db;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import seatlock.concurrent.KeyedExecutor;
import seatlock.metrics.Metrics;

/**
 * Runs transactions on a few threads of its own, so that no thread that reads requests waits for the database, and one kind
 * of work cannot starve another. Each thread needs a connection of the database's pool.
 */
public final class TransactionPool implements AutoCloseable {

    private final Database database;
    private final KeyedExecutor<Object> queue;

    /**
     * @param name prefix of the names of the threads
     * @param threadsPerKey the most threads that one key may occupy, so that a busy event leaves some to the others
     * @param continuations runs what depends on a result
     */
    public TransactionPool(
            String name, Database database, int threads, int threadsPerKey, Executor continuations, Metrics metrics) {
        this.database = database;
        this.queue = new KeyedExecutor<>(name, threads, threadsPerKey, continuations, metrics);
    }

    /**
     * Runs work in a transaction.
     *
     * @param key the queue to wait in: an event, or another value that names what is read or written
     * @return what the work returned, after the commit; or what {@link Database#inTransaction} threw, or {@link
     *     seatlock.concurrent.Overload} if it waited too long
     * @throws seatlock.concurrent.Overload if too much is waiting under the key
     */
    public <T> CompletableFuture<T> submit(Object key, Database.Work<T> work) {
        return compute(key, readable -> readable.inTransaction(work));
    }

    /** Like {@link #submit}, for work that takes several transactions, or computes something from their results. */
    public <T> CompletableFuture<T> compute(Object key, Function<Database, T> work) {
        return queue.submit(key, () -> work.apply(database));
    }

    /** Runs what is still waiting, then ends. */
    @Override
    public void close() {
        queue.close();
    }
}
