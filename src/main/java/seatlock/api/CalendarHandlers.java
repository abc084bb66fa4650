package seatlock.api;

import io.javalin.http.Context;
import java.util.List;
import java.util.stream.Collectors;
import seatlock.catalog.Catalog;
import seatlock.contract.CalendarOperations;
import seatlock.db.TransactionPool;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.text.Messages;
import seatlock.tickets.CalendarFile;
import seatlock.tickets.Ticket;
import seatlock.tickets.Tickets;

/** Reservations as entries for a calendar. */
final class CalendarHandlers implements CalendarOperations {

    private final Catalog catalog;
    private final InventoryReader inventory;
    private final Tickets tickets;
    private final TransactionPool reads;
    private final Access access;

    CalendarHandlers(
            Catalog catalog, InventoryReader inventory, Tickets tickets, TransactionPool reads, Access access) {
        this.catalog = catalog;
        this.inventory = inventory;
        this.tickets = tickets;
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
                    return CalendarFile.of(
                            event,
                            reservation,
                            seats(reservation, tickets.ofReservation(tx, id, reservationId)),
                            words,
                            tx.readClock());
                })
                .thenAccept(file -> ctx.header("Content-Disposition", "attachment; filename=\"event.ics\"")
                        .header("Cache-Control", "private, no-cache")
                        .result(file)
                        .contentType(CalendarFile.MEDIA_TYPE)));
    }

    /** Returns the labels of the seats that the buyer has: those of a reservation whose tickets were not transferred. */
    private static List<String> seats(Reservation reservation, List<Ticket> tickets) {
        var transferred = tickets.stream()
                .filter(ticket -> !ticket.isBuyers())
                .map(ticket -> ticket.seat().id())
                .collect(Collectors.toSet());
        return reservation.seats().stream()
                .filter(seat -> !transferred.contains(seat.seatId()))
                .map(Reservation.ReservedSeat::label)
                .toList();
    }
}
