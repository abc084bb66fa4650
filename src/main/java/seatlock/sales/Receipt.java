package seatlock.sales;

import seatlock.catalog.Event;
import seatlock.inventory.Outcome;

/** The result of an order, after its transaction was committed. */
public sealed interface Receipt {

    /** The order was carried out or refused for good. The reply is stored under its key, if it has one. */
    record Answered(Event event, Outcome outcome, byte[] reply) implements Receipt {

        boolean changedSomething() {
            return outcome instanceof Outcome.Done done && done.changed();
        }
    }

    /** The same request was answered before, with this reply. */
    record Replayed(byte[] reply) implements Receipt {}

    /** The order was refused for a reason that passes by itself. Nothing is stored: the client may repeat the request. */
    record NotNow(Event event, Outcome outcome) implements Receipt {}

    /** The key was used before, for a different request. */
    record KeyReused() implements Receipt {}

    /** There is no such event. */
    record UnknownEvent() implements Receipt {}
}
