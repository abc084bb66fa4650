package seatlock.workers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.db.Database;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.jobs.Job;
import seatlock.mail.Mailer;
import seatlock.mail.TicketMail;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketPdf;
import seatlock.tickets.Tickets;

/**
 * What workers do for a confirmed reservation: make the documents of its tickets that are not made yet, and mail them.
 * Both can be done again: a document is kept once, and the mail has the same Message-ID each time.
 */
public final class TicketDelivery implements JobHandler {

    /** Where it has got to: for tests that stop it there. */
    public enum Step {
        STARTED,
        DOCUMENTS_MADE,
        MAIL_SENT
    }

    private final Database database;
    private final Catalog catalog;
    private final InventoryReader inventory;
    private final Tickets tickets;
    private final Mailer mailer;
    private final Consumer<Step> progress;

    /** @param progress is told of each step when it is done */
    public TicketDelivery(
            Database database,
            Catalog catalog,
            InventoryReader inventory,
            Tickets tickets,
            Mailer mailer,
            Consumer<Step> progress) {
        this.database = database;
        this.catalog = catalog;
        this.inventory = inventory;
        this.tickets = tickets;
        this.mailer = mailer;
        this.progress = progress;
    }

    /** All that has to be known of a reservation. */
    private record Order(Event event, Reservation reservation, List<Ticket> tickets, List<String> codes) {}

    @Override
    public void handle(Job job) throws Exception {
        progress.accept(Step.STARTED);
        var order = load(job);
        if (order.tickets.isEmpty()) {
            return; // it was refunded before we came
        }
        var documents = documents(order);
        progress.accept(Step.DOCUMENTS_MADE);
        try {
            mailer.send(TicketMail.of(order.event, order.reservation, order.tickets, documents, job.id()));
        } catch (Mailer.Rejected e) {
            throw new JobHandler.Hopeless(e.getMessage(), e);
        }
        progress.accept(Step.MAIL_SENT);
    }

    private Order load(Job job) {
        return database.inTransaction(tx -> {
            var event = catalog.find(tx, job.event()).orElseThrow();
            var reservation =
                    inventory.find(tx, job.event(), job.subject().reservation()).orElseThrow();
            var live = tickets.ofReservation(tx, job.event(), job.subject().reservation()).stream()
                    .filter(ticket -> ticket.voidedAt() == null)
                    .toList();
            var codes = new ArrayList<String>();
            for (var ticket : live) {
                codes.add(tickets.code(tx, job.event(), ticket));
            }
            return new Order(event, reservation, live, codes);
        });
    }

    private List<byte[]> documents(Order order) {
        var documents = new ArrayList<byte[]>();
        for (int i = 0; i < order.tickets.size(); i++) {
            documents.add(document(order, order.tickets.get(i), order.codes.get(i)));
        }
        return documents;
    }

    /** The one it has, or a new one. Made outside a transaction: it takes a while. */
    private byte[] document(Order order, Ticket ticket, String code) {
        var event = order.event.id();
        var existing = database.inTransaction(tx -> tickets.document(tx, event, ticket.id()));
        if (existing.isPresent()) {
            return existing.get();
        }
        var made =
                TicketPdf.render(order.event, ticket, order.reservation.buyer().email(), code);
        return database.inTransaction(tx -> {
            tickets.keepDocument(tx, event, ticket.id(), made);
            return tickets.document(tx, event, ticket.id()).orElseThrow();
        });
    }
}
