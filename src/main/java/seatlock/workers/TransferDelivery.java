package seatlock.workers;

import java.util.Map;
import java.util.Optional;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.db.Database;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.jobs.Job;
import seatlock.mail.Mailer;
import seatlock.mail.TransferMails;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketId;
import seatlock.tickets.TicketPdf;
import seatlock.tickets.Tickets;
import seatlock.workers.JobHandler.PermanentFailure;
import seatlock.workers.JobHandler.TemporaryFailure;

/** Tells people of a ticket that was transferred: the new holder gets the ticket, and the former one learns that it is void. */
final class TransferDelivery {

    private final Database database;
    private final Catalog catalog;
    private final InventoryReader inventory;
    private final Tickets tickets;
    private final Mailer mailer;

    TransferDelivery(Database database, Catalog catalog, InventoryReader inventory, Tickets tickets, Mailer mailer) {
        this.database = database;
        this.catalog = catalog;
        this.inventory = inventory;
        this.tickets = tickets;
        this.mailer = mailer;
    }

    /** The data for the document and the mails. */
    private record Transferred(Event event, Reservation reservation, Ticket ticket, String code) {}

    Map<Job.Kind, JobHandler> handlers() {
        return Map.of(
                Job.Kind.SEND_TRANSFERRED_TICKET, this::sendTicket,
                Job.Kind.SEND_TRANSFER_NOTICE, this::sendNotice);
    }

    private Optional<Job.Kind> sendTicket(Job job) throws PermanentFailure, TemporaryFailure {
        var transferred = load(job);
        var ticket = transferred.ticket;
        if (ticket.voidedAt() != null || ticket.transferredTo() == null) {
            return Optional.empty(); // refunded, transferred again or erased in the meantime
        }
        send(TransferMails.toNewHolder(transferred.event, ticket, document(transferred), job.id(), mailer.contact()));
        return Optional.empty();
    }

    private Optional<Job.Kind> sendNotice(Job job) throws PermanentFailure, TemporaryFailure {
        var transferred = load(job);
        var ticket = transferred.ticket;
        if (!ticket.isBuyers() && ticket.transferredTo() == null) {
            return Optional.empty(); // the holder's data were erased
        }
        var email = ticket.isBuyers()
                ? transferred.reservation.buyer().email()
                : ticket.transferredTo().email();
        send(TransferMails.toFormerHolder(transferred.event, ticket, email, job.id(), mailer.contact()));
        return Optional.empty();
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

    private Transferred load(Job job) {
        return database.inTransaction(tx -> {
            var event = catalog.find(tx, job.event()).orElseThrow();
            var ticket = tickets.find(
                            tx, job.event(), new TicketId(job.subject().ticket()))
                    .orElseThrow();
            var reservation =
                    inventory.find(tx, job.event(), ticket.reservation()).orElseThrow();
            return new Transferred(event, reservation, ticket, tickets.code(tx, job.event(), ticket));
        });
    }

    /** Returns the stored document, or creates and stores it. Rendering is slow, so it runs outside a transaction. */
    private byte[] document(Transferred transferred) {
        var event = transferred.event;
        var ticket = transferred.ticket;
        var existing = database.inTransaction(tx -> tickets.document(tx, event.id(), ticket.id()));
        if (existing.isPresent()) {
            return existing.get();
        }
        var rendered = TicketPdf.render(event, ticket, ticket.transferredTo().name(), transferred.code);
        return database.inTransaction(tx -> {
            tickets.storeDocument(tx, event, ticket.id(), rendered);
            return tickets.document(tx, event.id(), ticket.id()).orElseThrow();
        });
    }
}
