package seatlock.sales;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Status;
import seatlock.catalog.EventId;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.SectionPrice;
import seatlock.catalog.Tariff;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Change.Type;
import seatlock.changes.Changes;
import seatlock.db.Tx;
import seatlock.tickets.Announcements;

/**
 * Changes an event: locks it, reads the clock, decides, writes the next version with its history and its consequences. Sales continue
 * meanwhile. Each sees one version: the lock keeps out other changes of the event only.
 */
public final class EventRevision {

    private final Catalog catalog;
    private final Changes changes;
    private final IdempotencyKeys keys;
    private final Announcements announcements = new Announcements();

    public EventRevision(Catalog catalog, Changes changes, IdempotencyKeys keys) {
        this.catalog = catalog;
        this.changes = changes;
        this.keys = keys;
    }

    /**
     * An event in its current version, locked.
     *
     * @param now the database's clock, read after the lock
     */
    public record Current(Event event, PriceList prices, Layout layout, Instant now) {}

    /**
     * An event after its change.
     *
     * @param event with the version that it has so far
     * @param prices from now on; those that are not named stay as they are
     * @param isNotified whether holders of tickets are told of what has changed on their tickets
     */
    public record Next(Event event, Map<SectionPrice, Long> prices, boolean isNotified) {

        /** Without new prices, and without notice. */
        public Next(Event event) {
            this(event, Map.of(), false);
        }
    }

    /** Decides how an event changes. It may refuse by an exception; then nothing is changed. */
    @FunctionalInterface
    public interface Decision {
        Next of(Current current) throws SQLException;
    }

    /**
     * Changes an event. If the decision changes nothing, no version is written.
     *
     * @return the event in its current version; empty if there is no such event
     * @throws EventCancelled if it was cancelled
     */
    public Optional<Event> revise(Tx tx, EventId id, Actor actor, Decision decision) throws SQLException {
        var locked = lock(tx, id);
        if (locked.isEmpty()) {
            return Optional.empty();
        }
        var current = locked.get();
        var next = decision.of(current);
        var prices = new HashMap<>(next.prices());
        prices.entrySet().removeAll(current.prices().prices().entrySet());
        if (next.event().equals(current.event()) && prices.isEmpty()) {
            return Optional.of(current.event());
        }
        var event = next.event().following(current.event());
        write(tx, current, event, prices, actor);
        if (event.printedVersion() == event.version()) {
            announcements.renew(tx, event, next.isNotified());
        }
        return Optional.of(event);
    }

    /** Decides which sections and rows are added to an event. It may refuse by an exception; then nothing is changed. */
    @FunctionalInterface
    public interface PlanDecision {

        /** @param plan the sections and rows that the event has */
        SeatPlan of(Event event, SeatPlan plan, Tariff tariff);
    }

    /** Writes the reply to the request that added seats to an event. */
    @FunctionalInterface
    public interface PlanReply {
        byte[] of(Event event, SeatPlan plan, Tariff tariff);
    }

    /**
     * Adds sections, or rows of sections, to an event, once for each idempotency key. A section that exists keeps its price.
     *
     * @param reply writes the reply to the request, which is stored under the key, from the event with its new plan
     */
    public Receipt addSeats(Tx tx, EventId id, Order.KeyUse use, Actor actor, PlanDecision decision, PlanReply reply)
            throws SQLException {
        var locked = lock(tx, id); // a copy of the request waits here, and finds the key below
        if (locked.isEmpty()) {
            return new Receipt.UnknownEvent();
        }
        var repeated = keys.repeated(tx, id, use);
        if (repeated.isPresent()) {
            return repeated.get();
        }
        var current = locked.get();
        var added = decision.of(
                current.event(),
                catalog.plan(tx, current.event()),
                current.prices().tariff());
        var prices = new HashMap<>(added.prices());
        prices.keySet().removeAll(current.prices().prices().keySet());
        var capacity = Math.toIntExact(current.event().capacity() + added.capacity());
        var event = current.event().withCapacity(capacity).following(current.event());
        write(tx, current, event, prices, actor);
        catalog.addSeats(tx, event, added);
        return keys.store(
                tx,
                id,
                use,
                reply.of(event, catalog.plan(tx, event), current.prices().tariff()));
    }

    private Optional<Current> lock(Tx tx, EventId id) throws SQLException {
        var locked = catalog.lockEvent(tx, id);
        if (locked.isEmpty()) {
            return Optional.empty();
        }
        var now = tx.readClock();
        if (locked.get().status() == Status.CANCELLED) {
            throw new EventCancelled();
        }
        return Optional.of(
                new Current(locked.get(), catalog.prices(tx, locked.get()), catalog.layout(tx, locked.get()), now));
    }

    private void write(Tx tx, Current current, Event next, Map<SectionPrice, Long> prices, Actor actor)
            throws SQLException {
        catalog.writeVersion(tx, next, prices, current.now());
        var history = types(current.event(), next, !prices.isEmpty()).stream()
                .map(type -> Change.ofEvent(type, next.version(), actor))
                .toList();
        changes.add(tx, next.id(), history);
    }

    /** Returns the types of the changes that lead from one version of an event to the next. */
    private static List<Type> types(Event before, Event after, boolean hasNewPrices) {
        var types = new ArrayList<Type>();
        if (before.status() != after.status()) {
            types.add(Type.EVENT_PUBLISHED);
        }
        if (before.terms().isPaused() != after.terms().isPaused()) {
            types.add(after.terms().isPaused() ? Type.EVENT_PAUSED : Type.EVENT_RESUMED);
        }
        var rest = after.withStatus(before.status())
                .withTerms(after.terms().withPaused(before.terms().isPaused()));
        if (hasNewPrices || !rest.equals(before.following(before))) {
            types.add(Type.EVENT_CHANGED);
        }
        return types;
    }
}
