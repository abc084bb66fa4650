package seatlock.maintenance;

import java.util.List;
import java.util.OptionalInt;
import seatlock.catalog.Cancellations;
import seatlock.catalog.Cancellations.Unfinished;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.db.Database;
import seatlock.inventory.Command;
import seatlock.inventory.InventoryReader;
import seatlock.jobs.Job;
import seatlock.sales.Checkout;
import seatlock.tickets.Announcements;

/**
 * Cancels the reservations of cancelled events, in batches. It looks at what is there, not at what it has done before, so any
 * number of nodes may do it, and one that is stopped is replaced by the next round of another.
 */
final class CancellationSweep {

    /** Seats per transaction: few enough that its locks are short. */
    private static final int BATCH = 500;

    private final Database database;
    private final Checkout checkout;
    private final InventoryReader reader;
    private final Announcements announcements = new Announcements();
    private final Cancellations cancellations = new Cancellations();

    CancellationSweep(Database database, Checkout checkout, InventoryReader reader) {
        this.database = database;
        this.checkout = checkout;
        this.reader = reader;
    }

    /** Finds the work. It is found again until {@link #run} has recorded that nothing was left. */
    List<Unfinished> find() {
        return database.inTransaction(cancellations::findUnfinished);
    }

    /**
     * Cancels the reservations of an event that are there now and tells their holders, except for those that are locked. If there
     * are none and no sale can add one any more, the cancellation is complete.
     *
     * @return the number of reservations that this call found
     */
    int run(Unfinished event) {
        var found = cancelAll(event);
        if (!event.refund() && event.notifies()) {
            tellAll(event.event(), event.version());
        }
        if (found == 0 && event.isSettled()) {
            database.inTransaction(tx -> cancellations.complete(tx, event.event()));
        }
        return found;
    }

    private int cancelAll(Unfinished event) {
        var by = new Command.Canceller.EventCancelled(event.notifies());
        int found = 0;
        int last = 0;
        while (true) {
            var after = last;
            var batch =
                    database.inTransaction(tx -> reader.findHolders(tx, event.event(), event.refund(), after, BATCH));
            if (batch.isEmpty()) {
                return found;
            }
            var commands = batch.stream()
                    .map(InventoryReader.Holder::reservation)
                    .distinct()
                    .<Command>map(reservation -> new Command.Cancel(reservation, by))
                    .toList();
            checkout.apply(event.event(), commands, Actor.JOB);
            found += commands.size();
            last = batch.get(batch.size() - 1).seatId();
        }
    }

    private void tellAll(EventId event, int version) {
        var next = OptionalInt.of(0);
        while (next.isPresent()) {
            var after = next.getAsInt();
            next = database.inTransaction(
                    tx -> announcements.addJobs(tx, event, version, Job.Kind.SEND_CANCELLATION, after, BATCH));
        }
    }
}
