package seatlock.api;

import io.javalin.http.Context;
import seatlock.db.Database;
import seatlock.db.TransactionPool;
import seatlock.http.Json;
import seatlock.http.Responses;

/** Sends the response to a read-only request. */
final class QueryResponse {

    private QueryResponse() {}

    /**
     * Responds 200 with the result of a transaction as JSON. The JSON is written on the thread of the transaction.
     *
     * @param key the queue to wait in: see {@link TransactionPool#submit}
     */
    static void send(Context ctx, TransactionPool reads, Object key, Database.Work<?> work) {
        ctx.future(() -> reads.compute(key, database -> Json.write(database.inTransaction(work)))
                .thenAccept(body -> Responses.json(ctx, 200, body)));
    }
}
