package seatlock.workers;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import seatlock.catalog.Cancellations;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Status;
import seatlock.db.Database;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.jobs.Job;
import seatlock.mail.BuyerMails;
import seatlock.mail.Mailer;
import seatlock.text.Messages;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketPdf;
import seatlock.tickets.Tickets;
import seatlock.workers.JobHandler.PermanentFailure;
import seatlock.workers.JobHandler.TemporaryFailure;

/**
 * Delivers the tickets of a confirmed reservation in two jobs, so that making documents never waits for the mail server: one
 * creates the documents, and the job that follows mails them. Other jobs renew the documents, and tell buyers, if the event
 * changes or is cancelled. All are safe to repeat: a document is stored once, and the mail has the same Message-ID each time.
 */
public final class TicketDelivery {

    /** Steps at which tests can stop a delivery. */
    public enum Step {
        STARTED,
        DOCUMENTS_MADE,
        MAIL_SENT
    }

    /** Tickets per transaction of a job that adds others. */
    private static final int BATCH = 500;

    private final Database database;
    private final Catalog catalog;
    private final InventoryReader inventory;
    private final Tickets tickets;
    private final Mailer mailer;
    private final Consumer<Step> progress;
    private final Cancellations cancellations = new Cancellations();

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
    private record Order(Event event, Reservation reservation, List<Ticket> tickets, List<String> codes, Instant now) {

        Messages words() {
            return Messages.in(reservation.buyer().language(), event.details().language());
        }
    }

    /** Returns the handler for each kind of job about tickets. */
    public Map<Job.Kind, JobHandler> handlers() {
        return Map.of(
                Job.Kind.ISSUE_TICKETS, this::makeDocuments,
                Job.Kind.SEND_TICKETS, this::sendMail,
                Job.Kind.REFRESH_EVENT, job -> addJobs(job, Job.Kind.RENEW_TICKETS),
                Job.Kind.ANNOUNCE_CHANGE, job -> addJobs(job, Job.Kind.SEND_UPDATE),
                Job.Kind.RENEW_TICKETS, this::renewDocuments,
                Job.Kind.SEND_UPDATE, this::sendUpdate,
                Job.Kind.SEND_CANCELLATION, this::sendCancellation);
    }

    /** Adds a job for each reservation, in batches. If it is repeated, it adds those that are missing. */
    private Optional<Job.Kind> addJobs(Job job, Job.Kind kind) {
        var version = job.eventVersion().orElseThrow();
        var next = OptionalInt.of(0);
        while (next.isPresent()) {
            var after = next.getAsInt();
            next = database.inTransaction(tx -> tickets.addJobs(tx, job.event(), version, kind, after, BATCH));
        }
        return Optional.empty();
    }

    private Optional<Job.Kind> renewDocuments(Job job) throws TemporaryFailure {
        documents(load(job));
        return Optional.empty();
    }

    private Optional<Job.Kind> sendUpdate(Job job) throws PermanentFailure, TemporaryFailure {
        var order = load(job);
        if (order.tickets.isEmpty() || order.event.status() == Status.CANCELLED) {
            return Optional.empty(); // the buyer is told of the cancellation instead
        }
        send(mails(order).update(order.tickets, documents(order), job.id()));
        return Optional.empty();
    }

    private Optional<Job.Kind> sendCancellation(Job job) throws PermanentFailure, TemporaryFailure {
        var order = load(job);
        var cancellation = database.inTransaction(tx -> cancellations.find(tx, job.event()))
                .orElseThrow();
        send(mails(order).cancellation(cancellation.refund(), cancellation.reason(), job.id()));
        return Optional.empty();
    }

    private Optional<Job.Kind> makeDocuments(Job job) throws TemporaryFailure {
        progress.accept(Step.STARTED);
        var order = load(job);
        if (order.tickets.isEmpty()) {
            return Optional.empty(); // the reservation was refunded or erased in the meantime
        }
        documents(order);
        progress.accept(Step.DOCUMENTS_MADE);
        return Optional.of(Job.Kind.SEND_TICKETS);
    }

    /** Also creates documents that are missing, because tickets may be sent again before the job for documents has run. */
    private Optional<Job.Kind> sendMail(Job job) throws PermanentFailure, TemporaryFailure {
        var order = load(job);
        if (order.tickets.isEmpty() || order.event.status() == Status.CANCELLED) {
            return Optional.empty();
        }
        send(mails(order).tickets(order.tickets, documents(order), job.id()));
        progress.accept(Step.MAIL_SENT);
        return Optional.empty();
    }

    private BuyerMails mails(Order order) {
        return new BuyerMails(order.event, order.reservation, mailer.contact(), order.now);
    }

    private void send(Mailer.Mail mail) throws PermanentFailure, TemporaryFailure {
        try {
            mailer.send(mail);
        } catch (Mailer.Rejected e) {
            throw new PermanentFailure(e.getMessage(), e);
        } catch (Mailer.Failed e) {
            throw new TemporaryFailure(e.getMessage(), e);
        }
    }

    private Order load(Job job) {
        return database.inTransaction(tx -> {
            var event = catalog.find(tx, job.event()).orElseThrow();
            var reservation =
                    inventory.find(tx, job.event(), job.subject().reservation()).orElseThrow();
            var live = tickets.ofReservation(tx, job.event(), job.subject().reservation()).stream()
                    .filter(ticket -> ticket.voidedAt() == null
                            && !reservation.buyer().isErased()) // there is no address, and no name to print
                    .toList();
            var codes = new ArrayList<String>();
            for (var ticket : live) {
                codes.add(tickets.code(tx, job.event(), ticket));
            }
            return new Order(event, reservation, live, codes, tx.readClock());
        });
    }

    private List<byte[]> documents(Order order) throws TemporaryFailure {
        var documents = new ArrayList<byte[]>();
        for (int i = 0; i < order.tickets.size(); i++) {
            documents.add(document(order, order.tickets.get(i), order.codes.get(i)));
        }
        return documents;
    }

    /** Returns the stored document, or creates and stores it. Rendering is slow, so it runs outside a transaction. */
    private byte[] document(Order order, Ticket ticket, String code) throws TemporaryFailure {
        var event = order.event.id();
        var existing = database.inTransaction(tx -> tickets.document(tx, event, ticket.id()));
        if (existing.isPresent()) {
            return existing.get();
        }
        var reservation = order.reservation;
        var name = reservation.printedName(ticket.seat().id());
        var rendered = TicketPdf.render(order.words(), order.event, reservation.reference(), ticket, name, code);
        return database.inTransaction(tx -> tickets.storeDocument(tx, order.event, reservation, ticket.id(), rendered)
                        ? tickets.document(tx, event, ticket.id())
                        : Optional.<byte[]>empty())
                .orElseThrow(() -> new TemporaryFailure("The reservation was changed meanwhile", null));
    }
}
