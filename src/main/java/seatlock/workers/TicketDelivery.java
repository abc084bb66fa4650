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
 * Creates the missing documents of a confirmed reservation's tickets, and mails them. Both are safe to repeat: a document is
 * stored once, and the mail has the same Message-ID each time.
 */
public final class TicketDelivery implements JobHandler {

    /** Steps at which tests can stop a delivery. */
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

    /** @param progress receives each step after it is completed */
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

    /** The data for the documents and the mail. */
    private record Order(Event event, Reservation reservation, List<Ticket> tickets, List<String> codes) {}

    @Override
    public void handle(Job job) throws Exception {
        progress.accept(Step.STARTED);
        var order = load(job);
        if (order.tickets.isEmpty()) {
            return; // the reservation was refunded in the meantime
        }
        var documents = documents(order);
        progress.accept(Step.DOCUMENTS_MADE);
        try {
            mailer.send(TicketMail.of(order.event, order.reservation, order.tickets, documents, job.id()));
        } catch (Mailer.Rejected e) {
            throw new JobHandler.PermanentFailure(e.getMessage(), e);
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

    /** Returns the stored document, or creates and stores it. Rendering is slow, so it runs outside a transaction. */
    private byte[] document(Order order, Ticket ticket, String code) {
        var event = order.event.id();
        var existing = database.inTransaction(tx -> tickets.document(tx, event, ticket.id()));
        if (existing.isPresent()) {
            return existing.get();
        }
        var rendered =
                TicketPdf.render(order.event, ticket, order.reservation.buyer().email(), code);
        return database.inTransaction(tx -> {
            tickets.storeDocument(tx, event, ticket.id(), rendered);
            return tickets.document(tx, event, ticket.id()).orElseThrow();
        });
    }
}
