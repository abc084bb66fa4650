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
     * @param threadsPerKey maximum number of threads that one key may occupy, so that a busy event leaves some to the others
     * @param continuations runs the stages that depend on a result
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
     * @return the result of the work, after the commit; fails with what {@link Database#inTransaction} throws, or with
     *     {@link seatlock.concurrent.Overload} if the work waited too long
     * @throws seatlock.concurrent.Overload if too much work is waiting under the key
     */
    public <T> CompletableFuture<T> submit(Object key, Database.Work<T> work) {
        return compute(key, pool -> pool.inTransaction(work));
    }

    /** Like {@link #submit}, for work that needs several transactions or computes something from their results. */
    public <T> CompletableFuture<T> compute(Object key, Function<Database, T> work) {
        return queue.submit(key, () -> work.apply(database));
    }

    /** Runs the work that is still waiting, then stops. */
    @Override
    public void close() {
        queue.close();
    }
}
