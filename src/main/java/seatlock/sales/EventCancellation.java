package seatlock.sales;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import seatlock.catalog.Cancellation;
import seatlock.catalog.Cancellations;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Status;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Changes;
import seatlock.db.Tx;
import seatlock.inventory.InventoryReader;
import seatlock.jobs.Job;
import seatlock.tickets.Announcements;

/**
 * Cancels events. From the commit on, nothing of the event is sold; {@link seatlock.maintenance.Sweeper} cancels its
 * reservations after that, in batches.
 */
public final class EventCancellation {

    private final Catalog catalog;
    private final Changes changes;
    private final Cancellations cancellations;
    private final InventoryReader inventory;
    private final Announcements announcements = new Announcements();

    public EventCancellation(Catalog catalog, Changes changes, Cancellations cancellations, InventoryReader inventory) {
        this.catalog = catalog;
        this.changes = changes;
        this.cancellations = cancellations;
        this.inventory = inventory;
    }

    /**
     * A request to cancel an event.
     *
     * @param reason for buyers; empty for none
     * @param refund whether to cancel confirmed reservations, too
     * @param notifies whether to tell the holders of tickets by mail
     */
    public record Request(Optional<String> reason, boolean refund, boolean notifies) {}

    /**
     * Cancels an event. One that is cancelled already is left as it is, whatever the request says.
     *
     * @return the event, cancelled; empty if there is none
     */
    public Optional<Event> cancel(Tx tx, EventId id, Request request, Actor actor) throws SQLException {
        var locked = catalog.lockEvent(tx, id);
        if (locked.isEmpty() || locked.get().status() == Status.CANCELLED) {
            return locked;
        }
        var next = locked.get().cancelled();
        var cancellation =
                new Cancellation(tx.readClock(), request.reason, request.refund, request.notifies, Optional.empty());
        catalog.cancel(tx, next, cancellation);
        changes.add(tx, id, List.of(Change.ofEvent(Change.Type.EVENT_CANCELLED, next.version(), actor)));
        return Optional.of(next);
    }

    /**
     * A cancellation and how far it has got.
     *
     * @param remaining number of reservations that are still to be cancelled, or whose holders are still to be told
     * @param cancelled number of reservations that it has cancelled
     */
    public record Progress(Cancellation cancellation, long remaining, long cancelled) {}

    /** Returns the cancellation of an event; empty if the event, in its current version, is not cancelled. */
    public Optional<Cancellation> find(Tx tx, Event event) throws SQLException {
        return event.status() == Status.CANCELLED ? cancellations.find(tx, event.id()) : Optional.empty();
    }

    /** Returns the progress of the cancellation of an event; empty if the event, in its current version, is not cancelled. */
    public Optional<Progress> progress(Tx tx, Event event) throws SQLException {
        var found = find(tx, event);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var cancellation = found.get();
        var remaining = cancellation.completedAt().isPresent() ? 0 : remaining(tx, event, cancellation);
        return Optional.of(new Progress(cancellation, remaining, changes.countCancelledByJobs(tx, event.id())));
    }

    private long remaining(Tx tx, Event event, Cancellation cancellation) throws SQLException {
        var toCancel = inventory.countHolders(tx, event.id(), cancellation.refund());
        return cancellation.refund() || !cancellation.notifies()
                ? toCancel
                : toCancel + announcements.countWithoutJob(tx, event.id(), event.version(), Job.Kind.SEND_CANCELLATION);
    }
}
