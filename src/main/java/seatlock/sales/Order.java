package seatlock.sales;

import java.util.Optional;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;

/**
 * A client's request to change something in an event.
 *
 * @param actor the party that requests it
 * @param key makes it safe to repeat the request; empty if the command is idempotent by itself
 * @param reply writes the reply to the client
 */
public record Order(EventId event, Actor actor, Optional<KeyUse> key, Command command, ReplyWriter reply) {

    /** An idempotency key and the fingerprint of the request that it was sent with. */
    public record KeyUse(IdempotencyKey key, Fingerprint fingerprint) {}

    /** Converts a final outcome to a reply, which is stored under the key and sent again if the request is repeated. */
    @FunctionalInterface
    public interface ReplyWriter {

        /** Runs inside the transaction, so it must be fast and free of side effects. */
        byte[] write(Event event, Outcome outcome);
    }
}
