package seatlock.sales;

import java.util.Optional;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;

/**
 * A client's request to change something in an event.
 *
 * @param key makes it safe to repeat the request; empty if the command is idempotent by itself
 * @param reply writes the reply to the client
 */
public record Order(EventId event, Optional<KeyUse> key, Command command, ReplyWriter reply) {

    /** An idempotency key, and the request that it was sent with. */
    public record KeyUse(IdempotencyKey key, Fingerprint fingerprint) {}

    /** Turns a final outcome into a reply. The reply is stored under the key, and returned to whoever repeats the request. */
    @FunctionalInterface
    public interface ReplyWriter {

        /** It runs inside the transaction, so it must be quick and have no effect. */
        byte[] write(Event event, Outcome outcome);
    }
}
