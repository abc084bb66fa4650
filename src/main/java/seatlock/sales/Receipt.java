package seatlock.sales;

import seatlock.catalog.Event;
import seatlock.inventory.Outcome;

/** The result of an order after the commit. */
public sealed interface Receipt {

    /** The order was carried out or finally refused. The reply is stored under its key, if it has one. */
    record Answered(Event event, Outcome outcome, byte[] reply) implements Receipt {}

    /** A request that changes no seat's holder was carried out. The reply is stored under its key. */
    record Done(byte[] reply) implements Receipt {}

    /** The same request was answered before, with this reply. */
    record Replayed(byte[] reply) implements Receipt {}

    /** The order was refused for a temporary reason. Nothing is stored, so the client may repeat the request. */
    record NotNow(Event event, Outcome outcome) implements Receipt {}

    /** The first step of the order was carried out. Nothing is stored under its key, because its client gets no answer yet. */
    record Unfinished(Event event, Outcome outcome) implements Receipt {}

    /** The first request with the key is still running, with another step to come. Nothing was done for this one. */
    record KeyBusy() implements Receipt {}

    /** The key was used before, for a different request. */
    record KeyReused() implements Receipt {}

    /** The event does not exist. */
    record UnknownEvent() implements Receipt {}
}
