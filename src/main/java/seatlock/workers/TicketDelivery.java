package seatlock.workers;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Predicate;
import seatlock.catalog.Cancellations;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Status;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.Tx;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.jobs.Job;
import seatlock.jobs.Jobs;
import seatlock.mail.BuyerMails;
import seatlock.mail.Mailer;
import seatlock.payments.PaymentStore;
import seatlock.text.Messages;
import seatlock.tickets.Announcements;
import seatlock.tickets.Imprint;
import seatlock.tickets.Naming;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketId;
import seatlock.tickets.TicketPdf;
import seatlock.tickets.Tickets;
import seatlock.workers.JobHandler.PermanentFailure;
import seatlock.workers.JobHandler.TemporaryFailure;

/**
 * Delivers the tickets of a confirmed reservation in two jobs, so that making documents never waits for the mail server: one
 * creates the documents, and the job that follows mails them. Other jobs renew the documents, and tell the holders of
 * tickets, if the event changes or is cancelled. All are safe to repeat: a document is stored once, and the mail has the same Message-ID each time.
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
    private final Optional<String> pages;
    private final Consumer<Step> progress;
    private final Cancellations cancellations = new Cancellations();
    private final Announcements announcements = new Announcements();
    private final PaymentStore payments = new PaymentStore();
    private final Jobs jobs = new Jobs();

    /**
     * @param pages URL below which the pages are, without a slash at the end; empty if mails cannot link to them
     * @param progress receives each step after it is completed
     */
    public TicketDelivery(
            Database database,
            Catalog catalog,
            InventoryReader inventory,
            Tickets tickets,
            Mailer mailer,
            Optional<String> pages,
            Consumer<Step> progress) {
        this.database = database;
        this.catalog = catalog;
        this.inventory = inventory;
        this.tickets = tickets;
        this.mailer = mailer;
        this.pages = pages;
        this.progress = progress;
    }

    /** The data for the documents and the mail. */
    private record Order(
            Event event,
            Naming naming,
            Reservation reservation,
            List<Ticket> tickets,
            List<String> codes,
            Instant now) {

        Messages words() {
            return Messages.in(reservation.buyer().language(), event.details().language());
        }

        /** Returns whether there is nobody to tell: the buyer has no address any more. */
        boolean isErased() {
            return reservation.buyer().isErased();
        }
    }

    /** Returns the handler for each kind of job about tickets. */
    public Map<Job.Kind, JobHandler> handlers() {
        var handlers = new EnumMap<Job.Kind, JobHandler>(Job.Kind.class);
        handlers.put(Job.Kind.ISSUE_TICKETS, this::makeDocuments);
        handlers.put(Job.Kind.SEND_TICKETS, this::sendMail);
        handlers.put(Job.Kind.REFRESH_EVENT, job -> addJobs(job, Job.Kind.RENEW_TICKETS));
        handlers.put(Job.Kind.ANNOUNCE_CHANGE, job -> addJobs(job, Job.Kind.SEND_UPDATE));
        handlers.put(Job.Kind.RENEW_TICKETS, this::renewDocuments);
        handlers.put(Job.Kind.SEND_UPDATE, this::sendUpdate);
        handlers.put(Job.Kind.SEND_CANCELLATION, this::sendCancellation);
        handlers.put(Job.Kind.SEND_TRANSFERRED_TICKET, this::sendTransferredTicket);
        handlers.put(Job.Kind.SEND_TRANSFER_NOTICE, this::sendTransferNotice);
        handlers.put(Job.Kind.SEND_REFUND, this::sendRefund);
        handlers.put(Job.Kind.SEND_PAYMENT_RETURNED, this::sendPaymentReturned);
        return handlers;
    }

    /** Adds a job for each reservation, in batches. If it is repeated, it adds those that are missing. */
    private Optional<Job.Kind> addJobs(Job job, Job.Kind kind) {
        var version = job.eventVersion().orElseThrow();
        var next = OptionalInt.of(0);
        while (next.isPresent()) {
            var after = next.getAsInt();
            next = database.inTransaction(tx -> announcements.addJobs(tx, job.event(), version, kind, after, BATCH));
        }
        return Optional.empty();
    }

    private Optional<Job.Kind> renewDocuments(Job job) throws TemporaryFailure {
        documents(load(job, Ticket::isValid));
        return Optional.empty();
    }

    private Optional<Job.Kind> sendUpdate(Job job) throws PermanentFailure, TemporaryFailure {
        var own = loadOwn(job, Ticket::isValid);
        if (own.tickets.isEmpty() || own.event.status() == Status.CANCELLED) {
            return Optional.empty(); // people are told of the cancellation instead
        }
        // Looked up after the event was read: what the mail would say is not newer than what is announced later.
        if (database.inTransaction(tx -> jobs.hasLaterAnnouncement(tx, job))) {
            return Optional.empty();
        }
        send(mails(own).update(own.tickets, documents(own), job.id()));
        return Optional.empty();
    }

    private Optional<Job.Kind> sendCancellation(Job job) throws PermanentFailure, TemporaryFailure {
        var own = loadOwn(job, ticket -> !ticket.isTransferred());
        if (own.isErased()) {
            return Optional.empty();
        }
        var cancellation = database.inTransaction(tx -> cancellations.find(tx, job.event()))
                .orElseThrow();
        var lost = own.tickets.stream()
                .filter(ticket -> !own.reservation.hasRefunded(ticket.seat().id()))
                .toList();
        var isAsPaid = isAsPaid(own.reservation, job.event());
        send(mails(own).cancellation(lost, cancellation.refund(), isAsPaid, cancellation.reason(), job.id()));
        return Optional.empty();
    }

    private Optional<Job.Kind> makeDocuments(Job job) throws TemporaryFailure {
        progress.accept(Step.STARTED);
        var order = load(job, Ticket::isValid);
        if (order.reservation.status() != ReservationStatus.CONFIRMED || order.isErased()) {
            return Optional.empty(); // it was refunded or erased in the meantime
        }
        documents(order);
        progress.accept(Step.DOCUMENTS_MADE);
        return Optional.of(Job.Kind.SEND_TICKETS);
    }

    /** Also creates documents that are missing, because tickets may be sent again before the job for documents has run. */
    private Optional<Job.Kind> sendMail(Job job) throws PermanentFailure, TemporaryFailure {
        var own = loadOwn(job, Ticket::isValid);
        if (own.tickets.isEmpty() || own.event.status() == Status.CANCELLED) {
            return Optional.empty(); // they were refunded or transferred in the meantime
        }
        send(mails(own).tickets(own.tickets, documents(own), job.id()));
        progress.accept(Step.MAIL_SENT);
        return Optional.empty();
    }

    private BuyerMails mails(Order order) {
        return new BuyerMails(order.event, order.naming, order.reservation, mailer.contact(), pages, order.now);
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

    /** Loads the tickets of the reservation that a job is about, of all their holders. */
    private Order load(Job job, Predicate<Ticket> which) {
        return database.inTransaction(tx -> load(tx, job.event(), job.subject().reservation(), which));
    }

    /** Loads the tickets of the person that a job tells: of the buyer, or of the one to whom the ticket was transferred. */
    private Order loadOwn(Job job, Predicate<Ticket> which) {
        if (job.subject().type() == Job.Subject.Type.RESERVATION) {
            return load(job, which.and(Ticket::isBuyers));
        }
        return database.inTransaction(tx -> {
            var ticket = tickets.find(
                            tx, job.event(), new TicketId(job.subject().ticket()))
                    .orElseThrow();
            return load(tx, job.event(), ticket.reservation(), which.and(ticket::hasSameHolder));
        });
    }

    private Order load(Tx tx, EventId id, ReservationId reservationId, Predicate<Ticket> which) throws SQLException {
        var event = catalog.find(tx, id).orElseThrow();
        var reservation = inventory.find(tx, id, reservationId).orElseThrow();
        var found = tickets.ofReservation(tx, id, reservationId).stream()
                .filter(which)
                .filter(ticket -> !reservation.buyer().isErased()) // there is no address, and no name to print
                .toList();
        var codes = new ArrayList<String>();
        for (var ticket : found) {
            codes.add(tickets.code(tx, id, ticket));
        }
        return new Order(event, naming(tx, event), reservation, found, codes, tx.readClock());
    }

    private Naming naming(Tx tx, Event event) throws SQLException {
        return new Naming(catalog.layout(tx, event), catalog.prices(tx, event).tariff());
    }

    /** The new holder of a ticket gets it by mail. */
    private Optional<Job.Kind> sendTransferredTicket(Job job) throws PermanentFailure, TemporaryFailure {
        var order = loadTicket(job);
        var ticket = order.tickets.get(0);
        if (!ticket.isValid() || ticket.transferredTo() == null || order.event.status() == Status.CANCELLED) {
            return Optional.empty(); // refunded, transferred again or erased in the meantime
        }
        send(mails(order).transfer(ticket, documents(order).get(0), job.id()));
        return Optional.empty();
    }

    /** The former holder of a ticket learns that it is void. */
    private Optional<Job.Kind> sendTransferNotice(Job job) throws PermanentFailure, TemporaryFailure {
        var order = loadTicket(job);
        var ticket = order.tickets.get(0);
        if (order.isErased() || !ticket.isBuyers() && ticket.transferredTo() == null) {
            return Optional.empty();
        }
        send(mails(order).transferred(ticket, job.id()));
        return Optional.empty();
    }

    /** The buyer learns which seats were given back at one time, and another holder which of their tickets are void. */
    private Optional<Job.Kind> sendRefund(Job job) throws PermanentFailure, TemporaryFailure {
        var order = loadTicket(job);
        var ticket = order.tickets.get(0);
        if (order.isErased() || !ticket.isBuyers() && ticket.transferredTo() == null) {
            return Optional.empty();
        }
        var refunded = order.reservation.refundedWith(ticket.seat().id());
        if (ticket.isBuyers()) {
            send(mails(order).refund(refunded, isAsPaid(order.reservation, job.event()), job.id()));
            return Optional.empty();
        }
        var seats = refunded.stream().map(Reservation.ReservedSeat::seatId).toList();
        var own = loadOwn(
                job, each -> !each.isTransferred() && seats.contains(each.seat().id()));
        send(mails(own).refundOfTransferred(own.tickets, job.id()));
        return Optional.empty();
    }

    /** The buyer learns that a payment does not pay for the reservation, and what becomes of the money. */
    private Optional<Job.Kind> sendPaymentReturned(Job job) throws PermanentFailure, TemporaryFailure {
        var order = load(job, ticket -> false);
        var payment = database.inTransaction(
                tx -> payments.findReturned(tx, job.event(), job.subject().reservation()));
        if (order.isErased() || payment.isEmpty()) {
            return Optional.empty();
        }
        send(mails(order).paymentReturned(payment.get(), job.id()));
        return Optional.empty();
    }

    /** Returns whether a buyer gets what the seats have cost, not another amount that the seller has decided. */
    private boolean isAsPaid(Reservation reservation, EventId event) {
        return database.inTransaction(tx -> payments.findConfirming(tx, event, reservation.id()))
                .map(payment -> payment.refunded() == reservation.refund())
                .orElse(true);
    }

    /** Loads the ticket that a job is about. */
    private Order loadTicket(Job job) {
        return database.inTransaction(tx -> {
            var event = catalog.find(tx, job.event()).orElseThrow();
            var ticket = tickets.find(
                            tx, job.event(), new TicketId(job.subject().ticket()))
                    .orElseThrow();
            var reservation =
                    inventory.find(tx, job.event(), ticket.reservation()).orElseThrow();
            var code = tickets.code(tx, job.event(), ticket);
            return new Order(event, naming(tx, event), reservation, List.of(ticket), List.of(code), tx.readClock());
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
        var imprint = Imprint.of(order.naming, reservation, ticket);
        var rendered = TicketPdf.render(order.words(), order.event, ticket, imprint, code);
        return database.inTransaction(tx -> tickets.storeDocument(tx, order.event, reservation, ticket.id(), rendered)
                        ? tickets.document(tx, event, ticket.id())
                        : Optional.<byte[]>empty())
                .orElseThrow(() -> new TemporaryFailure("The reservation was changed meanwhile", null));
    }
}
