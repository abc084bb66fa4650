package seatlock.http;

import io.javalin.http.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import seatlock.db.Database;
import seatlock.metrics.Metrics;

/**
 * Answers what only reads, on a few threads and connections of its own: a crowd that looks keeps nobody from buying, and
 * no thread that reads requests waits for the database.
 */
final class Reads implements AutoCloseable {

    /** And so database connections, for all events. */
    static final int THREADS = 8;

    /** Of one event: the one that everybody looks at leaves some for the others. */
    private static final int AT_ONCE = 6;

    private final Database database;
    private final Executor answers;
    private final Lanes<Object, Turn<?>> lanes;

    /** @param answers the threads on which clients are answered */
    Reads(Database database, Executor answers, Metrics metrics) {
        this.database = database;
        this.answers = answers;
        this.lanes = Turn.lanes("reads", THREADS, AT_ONCE, metrics);
    }

    /**
     * Answers 200 with what a transaction finds.
     *
     * @param key of the lane: what is read
     */
    void answer(Context ctx, Object key, Database.Work<?> work) {
        ctx.future(() -> json(key, work).thenAccept(body -> Replies.json(ctx, 200, body)));
    }

    /** What a transaction finds, for whoever answers with something else. */
    <T> CompletableFuture<T> find(Object key, Database.Work<T> work) {
        return make(key, readable -> readable.inTransaction(work));
    }

    /** What is made of what several transactions find. */
    <T> CompletableFuture<T> make(Object key, Function<Database, T> work) {
        return Turn.submit(lanes, key, () -> work.apply(database), answers);
    }

    private CompletableFuture<byte[]> json(Object key, Database.Work<?> work) {
        return Turn.submit(lanes, key, () -> Json.write(database.inTransaction(work)), answers);
    }

    @Override
    public void close() {
        lanes.close();
    }
}
