package seatlock.workers;

import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import seatlock.catalog.Event;
import seatlock.db.Database;
import seatlock.db.Tx;
import seatlock.inventory.ReservationId;
import seatlock.tickets.DocumentStore;
import seatlock.tickets.Imprint;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketPdf;
import seatlock.tickets.Tickets;
import seatlock.workers.JobHandler.TemporaryFailure;

/** Makes the documents of tickets, outside any transaction, and stores them, so that each is made once. */
final class TicketDocuments {

    /** Documents in one transaction. They take half a megabyte. */
    private static final int BATCH = 40;

    private final Database database;
    private final Tickets tickets;
    private final DocumentStore store = new DocumentStore();

    TicketDocuments(Database database, Tickets tickets) {
        this.database = database;
        this.tickets = tickets;
    }

    /** A document that is to be made. */
    private record Sheet(Delivery delivery, Ticket ticket, String code) {

        ReservationId reservation() {
            return delivery.reservation().id();
        }

        DocumentStore.Document render() {
            var imprint = Imprint.of(delivery.naming(), delivery.reservation(), ticket);
            var pdf = TicketPdf.render(delivery.words(), delivery.event(), ticket, imprint, code);
            return new DocumentStore.Document(delivery.reservation(), ticket.id(), pdf);
        }
    }

    /**
     * Makes the documents that are missing.
     *
     * @param deliveries of one event in one version
     * @return the reservations of which some documents could not be made, with the reasons
     */
    Map<ReservationId, Exception> make(List<Delivery> deliveries) {
        var failures = new HashMap<ReservationId, Exception>();
        if (deliveries.isEmpty()) {
            return failures;
        }
        var event = deliveries.get(0).event();
        var missing = database.inTransaction(tx -> missing(tx, event, deliveries));
        for (int from = 0; from < missing.size(); from += BATCH) {
            var documents = new ArrayList<DocumentStore.Document>();
            for (var sheet : missing.subList(from, Math.min(missing.size(), from + BATCH))) {
                try {
                    documents.add(sheet.render());
                } catch (RuntimeException e) {
                    failures.put(sheet.reservation(), e);
                } catch (Error e) { // such as a StackOverflowError: the other tickets do not depend on this one
                    failures.put(sheet.reservation(), new IllegalStateException(e));
                }
            }
            database.inTransaction(tx -> store.store(tx, event, documents))
                    .forEach(changed ->
                            failures.put(changed, new TemporaryFailure("The reservation was changed meanwhile", null)));
        }
        return failures;
    }

    private List<Sheet> missing(Tx tx, Event event, List<Delivery> deliveries) throws SQLException {
        var reservations =
                deliveries.stream().map(each -> each.reservation().id()).collect(toSet());
        var existing = store.existing(tx, event.id(), reservations);
        var missing = new ArrayList<Sheet>();
        for (var delivery : deliveries) {
            for (var ticket : delivery.tickets()) {
                if (!existing.contains(ticket.id())) {
                    missing.add(new Sheet(delivery, ticket, tickets.code(tx, event.id(), ticket)));
                }
            }
        }
        return missing;
    }

    /**
     * Returns the documents of a delivery's tickets, in the same order, and makes those that are missing.
     *
     * @throws TemporaryFailure if the reservation or the event was changed meanwhile
     */
    List<byte[]> of(Delivery delivery) throws TemporaryFailure {
        var stored = stored(delivery);
        if (stored.size() < delivery.tickets().size()) {
            var failure = make(List.of(delivery)).get(delivery.reservation().id());
            if (failure instanceof TemporaryFailure temporary) {
                throw temporary;
            } else if (failure instanceof RuntimeException bug) {
                throw bug;
            }
            stored = stored(delivery);
            if (stored.size() < delivery.tickets().size()) {
                throw new TemporaryFailure("The event was changed meanwhile", null);
            }
        }
        return stored;
    }

    private List<byte[]> stored(Delivery delivery) {
        var ids = delivery.tickets().stream().map(Ticket::id).toList();
        var found = database.inTransaction(tx -> store.find(tx, delivery.event().id(), ids));
        return ids.stream().filter(found::containsKey).map(found::get).toList();
    }
}
