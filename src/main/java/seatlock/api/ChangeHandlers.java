package seatlock.api;

import io.javalin.http.Context;
import java.time.Duration;
import seatlock.changes.Feed;
import seatlock.contract.ChangeBodies.ChangeBody;
import seatlock.contract.ChangeBodies.FeedPage;
import seatlock.contract.ChangeBodies.History;
import seatlock.contract.ChangeOperations;
import seatlock.db.TransactionPool;
import seatlock.http.Json;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.inventory.InventoryReader;

/** The history of a reservation and the feed of an event. */
final class ChangeHandlers implements ChangeOperations {

    private static final int DEFAULT_CHANGES = 100;
    private static final int MAX_CHANGES = 1_000;

    /** More than there are positions in an event, or versions of a reservation. */
    private static final int MAX_AFTER = 999_999_999;

    /** Most proxies close a connection on which nothing happens for 30 seconds or longer. */
    private static final int MAX_WAIT_SECONDS = 25;

    private final Feed feed;
    private final FeedReaders readers;
    private final InventoryReader inventory;
    private final TransactionPool reads;
    private final Access access;

    ChangeHandlers(Feed feed, FeedReaders readers, InventoryReader inventory, TransactionPool reads, Access access) {
        this.feed = feed;
        this.readers = readers;
        this.inventory = inventory;
        this.reads = reads;
        this.access = access;
    }

    @Override
    public void ofReservation(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var after = Requests.queryInt(ctx, "after", 0, MAX_AFTER, 0);
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_CHANGES, DEFAULT_CHANGES);
        var caller = access.holder(ctx);
        QueryResponse.send(ctx, reads, event, tx -> {
            caller.read(tx, inventory, event, id);
            var found = feed.ofReservation(tx, event, id.value(), after, limit + 1); // one more: is there another page?
            var page = found.subList(0, Math.min(limit, found.size()));
            var next = found.size() > limit ? page.get(limit - 1).version() : null;
            return new History(
                    page.stream()
                            .map(entry -> ChangeBody.inHistory(entry, caller.isSeller()))
                            .toList(),
                    next);
        });
    }

    @Override
    public void ofEvent(Context ctx) {
        var event = Parameters.eventId(ctx);
        var after = Requests.queryInt(ctx, "after", 0, MAX_AFTER, 0);
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_CHANGES, DEFAULT_CHANGES);
        var wait = Requests.queryInt(ctx, "wait", 0, MAX_WAIT_SECONDS, 0);
        var query = new FeedReaders.Query(event, after, limit);
        ctx.future(() -> readers.read(query, Duration.ofSeconds(wait)).thenAccept(found -> {
            var changes = found.stream().map(ChangeBody::inFeed).toList();
            var next =
                    changes.isEmpty() ? after : changes.get(changes.size() - 1).position();
            Responses.json(ctx, 200, Json.write(new FeedPage(changes, next)));
        }));
    }
}
