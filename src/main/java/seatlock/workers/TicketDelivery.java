package seatlock.workers;

import static java.util.stream.Collectors.toSet;
import static seatlock.workers.JobHandler.oneByOne;

import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
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
import seatlock.tickets.Announcements;
import seatlock.tickets.Naming;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketId;
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
    private final TicketDocuments documents;
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
        this.documents = new TicketDocuments(database, tickets);
        this.progress = progress;
    }

    /** Returns the handler for each kind of job about tickets. */
    public Map<Job.Kind, JobHandler> handlers() {
        var handlers = new EnumMap<Job.Kind, JobHandler>(Job.Kind.class);
        handlers.put(Job.Kind.ISSUE_TICKETS, this::makeDocuments);
        handlers.put(Job.Kind.RENEW_TICKETS, this::renewDocuments);
        handlers.put(Job.Kind.SEND_TICKETS, oneByOne(this::sendMail));
        handlers.put(Job.Kind.REFRESH_EVENT, oneByOne(job -> addJobs(job, Job.Kind.RENEW_TICKETS)));
        handlers.put(Job.Kind.ANNOUNCE_CHANGE, oneByOne(job -> addJobs(job, Job.Kind.SEND_UPDATE)));
        handlers.put(Job.Kind.SEND_UPDATE, oneByOne(this::sendUpdate));
        handlers.put(Job.Kind.SEND_CANCELLATION, oneByOne(this::sendCancellation));
        handlers.put(Job.Kind.SEND_TRANSFERRED_TICKET, oneByOne(this::sendTransferredTicket));
        handlers.put(Job.Kind.SEND_TRANSFER_NOTICE, oneByOne(this::sendTransferNotice));
        handlers.put(Job.Kind.SEND_REFUND, oneByOne(this::sendRefund));
        handlers.put(Job.Kind.SEND_PAYMENT_RETURNED, oneByOne(this::sendPaymentReturned));
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

    private Optional<Job.Kind> sendUpdate(Job job) throws PermanentFailure, TemporaryFailure {
        var own = loadOwn(job, Ticket::isValid);
        if (own.tickets().isEmpty() || own.event().status() == Status.CANCELLED) {
            return Optional.empty(); // people are told of the cancellation instead
        }
        // Looked up after the event was read: what the mail would say is not newer than what is announced later.
        if (database.inTransaction(tx -> jobs.hasLaterAnnouncement(tx, job))) {
            return Optional.empty();
        }
        send(mails(own).update(own.tickets(), documents.of(own), job.id()));
        return Optional.empty();
    }

    private Optional<Job.Kind> sendCancellation(Job job) throws PermanentFailure, TemporaryFailure {
        var own = loadOwn(job, ticket -> !ticket.isTransferred());
        if (own.isErased()) {
            return Optional.empty();
        }
        var cancellation = database.inTransaction(tx -> cancellations.find(tx, job.event()))
                .orElseThrow();
        var lost = own.tickets().stream()
                .filter(ticket -> !own.reservation().hasRefunded(ticket.seat().id()))
                .toList();
        var isAsPaid = isAsPaid(own.reservation(), job.event());
        send(mails(own).cancellation(lost, cancellation.refund(), isAsPaid, cancellation.reason(), job.id()));
        return Optional.empty();
    }

    /** Makes the documents of reservations that were confirmed; a mail with them follows. */
    private Map<Job, JobHandler.Result> makeDocuments(List<Job> jobs) {
        progress.accept(Step.STARTED);
        var results = documents(
                jobs,
                delivery -> delivery.reservation().status() == ReservationStatus.CONFIRMED && !delivery.isErased(),
                Optional.of(Job.Kind.SEND_TICKETS));
        progress.accept(Step.DOCUMENTS_MADE);
        return results;
    }

    private Map<Job, JobHandler.Result> renewDocuments(List<Job> jobs) {
        return documents(jobs, delivery -> true, Optional.empty());
    }

    /**
     * Makes the documents that are missing.
     *
     * @param isNeeded of a reservation that may have been refunded or erased in the meantime
     * @param next the kind of the job that follows if they were needed
     */
    private Map<Job, JobHandler.Result> documents(
            List<Job> jobs, Predicate<Delivery> isNeeded, Optional<Job.Kind> next) {
        var event = jobs.get(0).event();
        var ids = jobs.stream().map(job -> job.subject().reservation()).collect(toSet());
        var deliveries = database.inTransaction(tx -> load(tx, event, ids, Ticket::isValid));
        var failures =
                documents.make(deliveries.values().stream().filter(isNeeded).toList());
        var results = new HashMap<Job, JobHandler.Result>();
        for (var job : jobs) {
            var id = job.subject().reservation();
            var following = isNeeded.test(deliveries.get(id)) ? next : Optional.<Job.Kind>empty();
            results.put(
                    job,
                    failures.containsKey(id)
                            ? JobHandler.Result.failed(failures.get(id))
                            : JobHandler.Result.done(following));
        }
        return results;
    }

    /** Also creates documents that are missing, because tickets may be sent again before the job for documents has run. */
    private Optional<Job.Kind> sendMail(Job job) throws PermanentFailure, TemporaryFailure {
        var own = loadOwn(job, Ticket::isValid);
        if (own.tickets().isEmpty() || own.event().status() == Status.CANCELLED) {
            return Optional.empty(); // they were refunded or transferred in the meantime
        }
        send(mails(own).tickets(own.tickets(), documents.of(own), job.id()));
        progress.accept(Step.MAIL_SENT);
        return Optional.empty();
    }

    private BuyerMails mails(Delivery order) {
        return new BuyerMails(order.event(), order.naming(), order.reservation(), mailer.contact(), pages, order.now());
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
    private Delivery load(Job job, Predicate<Ticket> which) {
        return database.inTransaction(tx -> load(tx, job.event(), job.subject().reservation(), which));
    }

    /** Loads the tickets of the person that a job tells: of the buyer, or of the one to whom the ticket was transferred. */
    private Delivery loadOwn(Job job, Predicate<Ticket> which) {
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

    private Delivery load(Tx tx, EventId event, ReservationId reservation, Predicate<Ticket> which)
            throws SQLException {
        return load(tx, event, Set.of(reservation), which).get(reservation);
    }

    private Map<ReservationId, Delivery> load(
            Tx tx, EventId id, Set<ReservationId> reservations, Predicate<Ticket> which) throws SQLException {
        var event = catalog.find(tx, id).orElseThrow();
        var naming = naming(tx, event);
        var found = inventory.find(tx, id, reservations);
        var ofThem = tickets.ofReservations(tx, id, reservations);
        var now = tx.readClock();
        var deliveries = new HashMap<ReservationId, Delivery>();
        found.forEach((reservationId, reservation) -> {
            var own = ofThem.getOrDefault(reservationId, List.of()).stream()
                    .filter(which)
                    .filter(ticket -> !reservation.buyer().isErased()) // there is no address, and no name to print
                    .toList();
            deliveries.put(reservationId, new Delivery(event, naming, reservation, own, now));
        });
        return deliveries;
    }

    private Naming naming(Tx tx, Event event) throws SQLException {
        return new Naming(catalog.layout(tx, event), catalog.prices(tx, event).tariff());
    }

    /** The new holder of a ticket gets it by mail. */
    private Optional<Job.Kind> sendTransferredTicket(Job job) throws PermanentFailure, TemporaryFailure {
        var order = loadTicket(job);
        var ticket = order.tickets().get(0);
        if (!ticket.isValid() || ticket.transferredTo() == null || order.event().status() == Status.CANCELLED) {
            return Optional.empty(); // refunded, transferred again or erased in the meantime
        }
        send(mails(order).transfer(ticket, documents.of(order).get(0), job.id()));
        return Optional.empty();
    }

    /** The former holder of a ticket learns that it is void. */
    private Optional<Job.Kind> sendTransferNotice(Job job) throws PermanentFailure, TemporaryFailure {
        var order = loadTicket(job);
        var ticket = order.tickets().get(0);
        if (order.isErased() || !ticket.isBuyers() && ticket.transferredTo() == null) {
            return Optional.empty();
        }
        send(mails(order).transferred(ticket, job.id()));
        return Optional.empty();
    }

    /** The buyer learns which seats were given back at one time, and another holder which of their tickets are void. */
    private Optional<Job.Kind> sendRefund(Job job) throws PermanentFailure, TemporaryFailure {
        var order = loadTicket(job);
        var ticket = order.tickets().get(0);
        if (order.isErased() || !ticket.isBuyers() && ticket.transferredTo() == null) {
            return Optional.empty();
        }
        var refunded = order.reservation().refundedWith(ticket.seat().id());
        if (ticket.isBuyers()) {
            send(mails(order).refund(refunded, isAsPaid(order.reservation(), job.event()), job.id()));
            return Optional.empty();
        }
        var seats = refunded.stream().map(Reservation.ReservedSeat::seatId).toList();
        var own = loadOwn(
                job, each -> !each.isTransferred() && seats.contains(each.seat().id()));
        send(mails(own).refundOfTransferred(own.tickets(), job.id()));
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
    private Delivery loadTicket(Job job) {
        return database.inTransaction(tx -> {
            var event = catalog.find(tx, job.event()).orElseThrow();
            var ticket = tickets.find(
                            tx, job.event(), new TicketId(job.subject().ticket()))
                    .orElseThrow();
            var reservation =
                    inventory.find(tx, job.event(), ticket.reservation()).orElseThrow();
            return new Delivery(event, naming(tx, event), reservation, List.of(ticket), tx.readClock());
        });
    }
}
