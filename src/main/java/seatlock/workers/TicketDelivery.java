package seatlock.workers;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.db.Database;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationStatus;
import seatlock.jobs.Job;
import seatlock.mail.Mailer;
import seatlock.mail.TicketMail;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketPdf;
import seatlock.tickets.Tickets;
import seatlock.workers.JobHandler.PermanentFailure;
import seatlock.workers.JobHandler.TemporaryFailure;

/**
 * Delivers the tickets of a confirmed reservation in two jobs, so that making documents never waits for the mail server: one
 * creates the documents, and the job that follows mails them. Both are safe to repeat: a document is stored once, and the mail
 * has the same Message-ID each time.
 */
public final class TicketDelivery {

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

    /** Returns the handler for each kind of job about tickets. */
    public Map<Job.Kind, JobHandler> handlers() {
        var handlers = new EnumMap<Job.Kind, JobHandler>(Job.Kind.class);
        handlers.put(Job.Kind.ISSUE_TICKETS, this::makeDocuments);
        handlers.put(Job.Kind.SEND_TICKETS, this::sendMail);
        handlers.putAll(new TransferDelivery(database, catalog, inventory, tickets, mailer).handlers());
        return handlers;
    }

    private Optional<Job.Kind> makeDocuments(Job job) {
        progress.accept(Step.STARTED);
        var order = load(job);
        if (order.reservation.status() != ReservationStatus.CONFIRMED) {
            return Optional.empty(); // it was refunded in the meantime
        }
        documents(order);
        progress.accept(Step.DOCUMENTS_MADE);
        return Optional.of(Job.Kind.SEND_TICKETS);
    }

    /** Also creates documents that are missing, because tickets may be sent again before the job for documents has run. */
    private Optional<Job.Kind> sendMail(Job job) throws PermanentFailure, TemporaryFailure {
        var order = load(job);
        if (order.tickets.isEmpty()) {
            return Optional.empty(); // they were refunded or transferred in the meantime
        }
        try {
            mailer.send(TicketMail.of(
                    order.event, order.reservation, order.tickets, documents(order), job.id(), mailer.contact()));
        } catch (Mailer.Rejected e) {
            throw new PermanentFailure(e.getMessage(), e);
        } catch (Mailer.Failed e) {
            throw new TemporaryFailure(e.getMessage(), e);
        }
        progress.accept(Step.MAIL_SENT);
        return Optional.empty();
    }

    private Order load(Job job) {
        return database.inTransaction(tx -> {
            var event = catalog.find(tx, job.event()).orElseThrow();
            var reservation =
                    inventory.find(tx, job.event(), job.subject().reservation()).orElseThrow();
            var live = tickets.ofReservation(tx, job.event(), job.subject().reservation()).stream()
                    .filter(ticket -> ticket.voidedAt() == null && ticket.isBuyers())
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
            tickets.storeDocument(tx, order.event, ticket.id(), rendered);
            return tickets.document(tx, event, ticket.id()).orElseThrow();
        });
    }
}
