package seatlock.sales;

import java.sql.SQLException;
import java.util.Optional;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.db.Tx;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;

/**
 * A client's request to change something in an event.
 *
 * @param actor the party that requests it
 * @param key makes it safe to repeat the request; empty if the command is idempotent by itself
 * @param sequel what else happens in its transaction
 * @param reply writes the reply to the client
 */
public record Order(
        EventId event, Actor actor, Optional<KeyUse> key, Command command, Optional<Sequel> sequel, ReplyWriter reply) {

    /** An order without a sequel. */
    public Order(EventId event, Actor actor, Optional<KeyUse> key, Command command, ReplyWriter reply) {
        this(event, actor, key, command, Optional.empty(), reply);
    }

    /** Returns the order with a sequel. */
    public Order followedBy(Sequel next) {
        return new Order(event, actor, key, command, Optional.of(next), reply);
    }

    /** A further part of the transaction of an order. It may run again, if the transaction is retried. */
    public interface Sequel {

        /**
         * Runs after the command was decided and its outcome written. The reservation of the command is locked.
         *
         * @throws RuntimeException to roll the order back
         */
        void run(Tx tx, Event event, Outcome outcome) throws SQLException;

        /** Returns whether it decides how much money is given back; otherwise that of the seats that were is. */
        default boolean givesMoneyBack() {
            return false;
        }

        /** Returns whether the request is answered; otherwise it has another step, and nothing is stored under its key. */
        default boolean isAnswered() {
            return true;
        }
    }

    /** An idempotency key and the fingerprint of the request that it was sent with. */
    public record KeyUse(IdempotencyKey key, Fingerprint fingerprint) {}

    /** Converts a final outcome to a reply, which is stored under the key and sent again if the request is repeated. */
    @FunctionalInterface
    public interface ReplyWriter {

        /** Runs inside the transaction, so it must be fast and free of side effects. */
        byte[] write(Event event, Outcome outcome);
    }
}
