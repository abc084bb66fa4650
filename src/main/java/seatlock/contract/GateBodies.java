package seatlock.contract;

import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.tickets.Attendance;
import seatlock.tickets.Revocations;
import seatlock.tickets.Ticket;

/** JSON of requests and responses about gates. */
public final class GateBodies {

    private GateBodies() {}

    @OpenApiName("RevokedTicket")
    public record RevokedTicket(
            @OpenApiRequired UUID ticketId,

            @OpenApiRequired @OpenApiDescription("The number printed on the ticket")
            String number,

            @OpenApiRequired @OpenApiDescription("A scan from before this time counts")
            Instant voidedAt,

            @OpenApiRequired Revocations.Reason reason) {}

    @OpenApiName("RevokedTickets")
    public record RevokedTickets(
            @OpenApiRequired List<RevokedTicket> tickets,

            @OpenApiRequired @OpenApiDescription("Where to continue: the next `after`")
            String next,

            @OpenApiRequired @OpenApiDescription("Whether there are more now; otherwise ask again later")
            boolean hasMore,

            @OpenApiRequired
            @OpenApiDescription(
                    "Whether the event was cancelled: admit nobody, with or without a ticket in this list. Once true, it"
                            + " stays true")
            boolean eventCancelled) {

        public static RevokedTickets of(Event event, Revocations.Page page) {
            var tickets = page.tickets().stream()
                    .map(revoked -> new RevokedTicket(
                            revoked.ticket().value(), revoked.ticket().number(), revoked.voidedAt(), revoked.reason()))
                    .toList();
            return new RevokedTickets(
                    tickets, page.next().toString(), page.hasMore(), event.status() == Event.Status.CANCELLED);
        }
    }

    @OpenApiName("Attendance")
    public record AttendanceBody(
            @OpenApiRequired @OpenApiDescription("Valid tickets that are checked in; with re-entry, the people inside")
            long checkedIn,

            @OpenApiRequired @OpenApiDescription("Valid tickets")
            long tickets) {

        public static AttendanceBody of(Attendance attendance) {
            return new AttendanceBody(attendance.checkedIn(), attendance.tickets());
        }
    }

    @OpenApiName("CheckOut")
    public record CheckOutBody(
            @OpenApiRequired UUID ticketId,
            @OpenApiRequired String seat,
            @OpenApiRequired Instant checkedOutAt,
            @OpenApiRequired String gate) {

        public static CheckOutBody of(Ticket ticket, Ticket.CheckIn scan) {
            return new CheckOutBody(ticket.id().value(), ticket.seat().label(), scan.at(), scan.gate());
        }
    }

    @OpenApiName("Undo")
    public record UndoRequest(
            @OpenApiDescription("Content of the QR code, or the number printed on the ticket")
            String code,

            @OpenApiDescription("Instead of `code`") String ticketId,

            @OpenApiDescription("For the record; 1 to 200 characters, without personal data")
            String reason) {}

    @OpenApiName("Undone")
    public record UndoBody(
            @OpenApiRequired UUID ticketId,
            @OpenApiRequired String seat,

            @OpenApiRequired @OpenApiDescription("`false` if the ticket was not checked in, so that nothing changed")
            boolean undone) {

        public static UndoBody of(Ticket ticket, boolean undone) {
            return new UndoBody(ticket.id().value(), ticket.seat().label(), undone);
        }
    }
}
