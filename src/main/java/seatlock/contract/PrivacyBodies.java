package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.Event;
import seatlock.contract.ReservationBodies.ReservationBody;
import seatlock.inventory.Reservation;
import seatlock.privacy.StoredData;
import seatlock.tickets.Ticket;

/** JSON of requests and responses about personal data. */
public final class PrivacyBodies {

    private PrivacyBodies() {}

    @OpenApiName("Erasure")
    public record ErasureRequest(
            @OpenApiDescription("Erase a confirmed reservation even if its event has not ended; default false")
            Boolean force) {}

    @OpenApiName("StoredHolder")
    public record Holder(
            @OpenApiRequired String seat, @OpenApiRequired String name) {}

    @OpenApiName("StoredTicket")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StoredTicket(
            @OpenApiRequired UUID id,
            @OpenApiRequired String number,
            @OpenApiRequired String seat,
            @OpenApiRequired TicketBodies.TicketStatus status,
            @OpenApiRequired Instant issuedAt,
            Instant voidedAt,

            @OpenApiDescription("Absent until the ticket is checked in")
            Instant checkedInAt,

            @OpenApiDescription(
                    "Only sellers see tickets that were transferred to somebody else: the name of that person")
            String holderName,

            @OpenApiDescription(
                    "Only sellers see tickets that were transferred to somebody else: the address of that person")
            String holderEmail) {

        private static StoredTicket of(Ticket ticket) {
            var holder = ticket.transferredTo();
            return new StoredTicket(
                    ticket.id().value(),
                    ticket.id().number(),
                    ticket.seat().label(),
                    TicketBodies.TicketStatus.of(ticket),
                    ticket.issuedAt(),
                    ticket.voidedAt(),
                    ticket.checkIn() == null ? null : ticket.checkIn().at(),
                    holder == null ? null : holder.name(),
                    holder == null ? null : holder.email());
        }
    }

    @OpenApiName("StoredScan")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StoredScan(
            @OpenApiRequired UUID ticketId,
            @OpenApiRequired Instant scannedAt,

            @OpenApiDescription("Absent if a seller has undone the check-in")
            String gate,

            @OpenApiRequired @OpenApiDescription("What the gate was told; UNDONE if a seller has undone the check-in")
            String outcome) {}

    @OpenApiName("StoredDocument")
    public record StoredDocument(
            @OpenApiRequired UUID ticketId,
            @OpenApiRequired int bytes,
            @OpenApiRequired Instant createdAt) {}

    @OpenApiName("StoredJob")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StoredJob(
            @OpenApiRequired UUID id,

            @OpenApiRequired @OpenApiDescription("What it does, such as SendTickets")
            String kind,

            @OpenApiRequired @OpenApiDescription("READY, RUNNING, DONE or DEAD")
            String state,

            @OpenApiRequired int attempts,
            @OpenApiRequired Instant createdAt,

            @OpenApiDescription("Absent until it is DONE or DEAD")
            Instant endedAt,

            @OpenApiDescription("Absent unless its last attempt failed")
            String lastError) {}

    @OpenApiName("StoredPayment")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StoredPayment(
            @OpenApiRequired UUID id,
            @OpenApiRequired String provider,
            @OpenApiRequired String status,

            @OpenApiDescription("CONFIRMS, or why the money goes back; absent before it is paid")
            String verdict,

            @OpenApiDescription("Absent once it is paid or closed")
            String returnUrl,

            @OpenApiDescription("By which the provider knows it; absent before it is paid")
            String reference,

            @OpenApiRequired @OpenApiDescription("In minor units")
            long amount,

            @OpenApiRequired @OpenApiDescription("Money that was moved, in minor units")
            long captured,

            @OpenApiRequired @OpenApiDescription("The part of it that was given back or is on its way")
            long refunded,

            @OpenApiRequired boolean late,
            @OpenApiRequired boolean disputed,
            @OpenApiRequired Instant createdAt,
            Instant paidAt,
            Instant capturedAt) {

        private static StoredPayment of(StoredData.Paid payment) {
            return new StoredPayment(
                    payment.id(),
                    payment.provider(),
                    payment.status(),
                    payment.verdict(),
                    payment.returnUrl(),
                    payment.reference(),
                    payment.amount(),
                    payment.captured(),
                    payment.refunded(),
                    payment.isLate(),
                    payment.isDisputed(),
                    payment.createdAt(),
                    payment.paidAt(),
                    payment.capturedAt());
        }
    }

    @OpenApiName("StoredRefund")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StoredRefund(
            @OpenApiRequired UUID paymentId,

            @OpenApiRequired @OpenApiDescription("In minor units")
            long amount,

            @OpenApiRequired String status,
            @OpenApiRequired String origin,
            String reason,
            String reference,
            String failure,
            @OpenApiRequired Instant createdAt,
            Instant doneAt) {

        private static StoredRefund of(StoredData.Refunded refund) {
            return new StoredRefund(
                    refund.payment(),
                    refund.amount(),
                    refund.status(),
                    refund.origin(),
                    refund.reason(),
                    refund.reference(),
                    refund.failure(),
                    refund.createdAt(),
                    refund.doneAt());
        }
    }

    @OpenApiName("StoredChange")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StoredChange(
            @OpenApiRequired String type,

            @OpenApiDescription("Absent unless one ticket changed")
            UUID ticketId,

            @OpenApiRequired @OpenApiDescription("Of the reservation, after the change")
            int version,

            @OpenApiRequired String actor,
            @OpenApiRequired Instant at) {}

    @OpenApiName("StoredData")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StoredDataBody(
            @OpenApiRequired ReservationBody reservation,

            @OpenApiDescription("Name of the buyer; absent if it is not known")
            String name,

            @OpenApiDescription("Language of mails and tickets; absent for that of the event")
            String language,

            @OpenApiRequired @OpenApiDescription("Names on tickets, where the buyer gave any")
            List<Holder> holders,

            @OpenApiRequired List<StoredTicket> tickets,
            @OpenApiRequired List<StoredScan> scans,
            @OpenApiRequired List<StoredDocument> documents,

            @OpenApiRequired @OpenApiDescription("Mails and other background work, the oldest first")
            List<StoredJob> jobs,

            @OpenApiRequired @OpenApiDescription("Payments through a provider, the oldest first")
            List<StoredPayment> payments,

            @OpenApiRequired @OpenApiDescription("Refunds of these, the oldest first")
            List<StoredRefund> refunds,

            @OpenApiRequired @OpenApiDescription("The history, the oldest change first")
            List<StoredChange> changes) {

        public static StoredDataBody of(Event event, Reservation reservation, List<Ticket> tickets, StoredData data) {
            return new StoredDataBody(
                    ReservationBody.of(event, reservation, Optional.empty()),
                    reservation.buyer().name().orElse(null),
                    reservation.buyer().language().orElse(null),
                    Stream.concat(
                                    reservation.seats().stream(),
                                    reservation.refunded().stream().map(Reservation.RefundedSeat::seat))
                            .filter(seat -> seat.holder().isPresent())
                            .map(seat -> new Holder(seat.label(), seat.holder().get()))
                            .toList(),
                    tickets.stream().map(StoredTicket::of).toList(),
                    data.scans().stream()
                            .map(scan -> new StoredScan(scan.ticket(), scan.at(), scan.gate(), scan.outcome()))
                            .toList(),
                    data.documents().stream()
                            .map(document ->
                                    new StoredDocument(document.ticket(), document.bytes(), document.createdAt()))
                            .toList(),
                    data.jobs().stream()
                            .map(job -> new StoredJob(
                                    job.id(),
                                    job.kind(),
                                    job.state(),
                                    job.attempts(),
                                    job.createdAt(),
                                    job.endedAt(),
                                    job.lastError()))
                            .toList(),
                    data.payments().stream().map(StoredPayment::of).toList(),
                    data.refunds().stream().map(StoredRefund::of).toList(),
                    data.changes().stream()
                            .map(change -> new StoredChange(
                                    change.type(), change.ticket(), change.version(), change.actor(), change.at()))
                            .toList());
        }
    }
}
