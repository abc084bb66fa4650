package seatlock.api;

import io.javalin.http.Context;
import seatlock.catalog.Catalog;
import seatlock.contract.CalendarOperations;
import seatlock.db.TransactionPool;
import seatlock.inventory.InventoryReader;
import seatlock.text.Messages;
import seatlock.tickets.CalendarFile;

/** Reservations as entries for a calendar. */
final class CalendarHandlers implements CalendarOperations {

    private final Catalog catalog;
    private final InventoryReader inventory;
    private final TransactionPool reads;
    private final Access access;

    CalendarHandlers(Catalog catalog, InventoryReader inventory, TransactionPool reads, Access access) {
        this.catalog = catalog;
        this.inventory = inventory;
        this.reads = reads;
        this.access = access;
    }

    @Override
    public void get(Context ctx) {
        var id = Parameters.eventId(ctx);
        var reservationId = Parameters.reservationId(ctx);
        var caller = access.holder(ctx);
        ctx.future(() -> reads.submit(id, tx -> {
                    var reservation = caller.read(tx, inventory, id, reservationId);
                    var event = catalog.current(tx, id).orElseThrow();
                    var words = Messages.in(
                            reservation.buyer().language(), event.details().language());
                    return CalendarFile.of(event, reservation, words, tx.readClock());
                })
                .thenAccept(file -> ctx.header("Content-Disposition", "attachment; filename=\"event.ics\"")
                        .header("Cache-Control", "private, no-cache")
                        .result(file)
                        .contentType(CalendarFile.MEDIA_TYPE)));
    }
}
