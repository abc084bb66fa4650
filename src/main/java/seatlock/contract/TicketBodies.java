package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.Nullability;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.http.PublicUrl;
import seatlock.tickets.Ticket;

/** JSON of requests and responses about tickets. */
public final class TicketBodies {

    private TicketBodies() {}

    /** Whether a ticket is valid for entry. */
    public enum TicketStatus {
        VALID,
        CHECKED_IN,
        CHECKED_OUT,
        VOIDED,
        TRANSFERRED;

        public static TicketStatus of(Ticket ticket) {
            if (ticket.voidedAt() != null) {
                return ticket.isTransferred() ? TRANSFERRED : VOIDED;
            }
            if (ticket.checkIn() != null) {
                return CHECKED_IN;
            }
            return ticket.checkedOutAt() == null ? VALID : CHECKED_OUT;
        }
    }

    @OpenApiName("Ticket")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TicketBody(
            @OpenApiRequired UUID id,

            @OpenApiRequired @OpenApiDescription("The number printed on the ticket")
            String number,

            @OpenApiRequired @OpenApiDescription("SECTION-ROW-NUMBER")
            String seat,

            @OpenApiRequired TicketStatus status,

            @OpenApiRequired @OpenApiDescription("Content of the QR code; signed with a key of `/api/keys/tickets`")
            String code,

            @OpenApiRequired
            @OpenApiDescription("Link to the PDF; it gets 404 if the ticket is void (VOIDED or TRANSFERRED)")
            String pdf,

            @OpenApiRequired
            @OpenApiDescription(
                    "Whether the PDF has been made, and shows the event as it is now; false if the ticket is void")
            boolean documentReady,

            @OpenApiDescription(
                    "Only sellers see tickets that were transferred to somebody else: the name of that person")
            String holderName,

            @OpenApiDescription(
                    "Only sellers see tickets that were transferred to somebody else: the address of that person")
            String holderEmail,

            @OpenApiDescription("Absent until the ticket is checked in")
            Instant checkedInAt,

            @OpenApiDescription("Absent until the ticket is checked in")
            String gate,

            @OpenApiDescription("When it was last checked out; absent if it never was")
            Instant checkedOutAt) {

        /** @param documentReady whether a document is stored, which that of a void ticket may be although it is not served */
        public static TicketBody of(
                EventId event, Ticket ticket, String code, boolean documentReady, PublicUrl publicUrl) {
            var checkIn = ticket.checkIn();
            var holder = ticket.transferredTo();
            return new TicketBody(
                    ticket.id().value(),
                    ticket.id().number(),
                    ticket.seat().label(),
                    TicketStatus.of(ticket),
                    code,
                    publicUrl.link("/api/events/" + event + "/tickets/" + ticket.id() + ".pdf"),
                    documentReady && ticket.isValid(),
                    holder == null ? null : holder.name(),
                    holder == null ? null : holder.email(),
                    checkIn == null ? null : checkIn.at(),
                    checkIn == null ? null : checkIn.gate(),
                    ticket.checkedOutAt());
        }
    }

    @OpenApiName("Tickets")
    public record TicketList(@OpenApiRequired List<TicketBody> tickets) {}

    @OpenApiName("Scan")
    public record CheckInRequest(
            @OpenApiRequired
            @OpenApiDescription(
                    "Content of the QR code, or the number printed on the ticket: 12 hexadecimal digits in any"
                            + " case, with or without dashes")
            String code,

            @OpenApiRequired @OpenApiDescription("Name of the gate; 1 to 100 characters")
            String gate,

            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.AUTO)
            @OpenApiDescription(
                    "Time of a scan that was made offline and uploaded later; requires a nonce. At most a day ahead"
                            + " of the server's clock, and not before the ticket was issued")
            String scannedAt,

            @OpenApiDescription("The gate's own id of this scan; 1 to 100 characters. A repeated upload with the same"
                    + " nonce gets 200 again")
            String nonce) {}

    @OpenApiName("CheckIn")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CheckInBody(
            @OpenApiRequired UUID ticketId,
            @OpenApiRequired String seat,
            @OpenApiRequired Instant checkedInAt,
            @OpenApiRequired String gate,

            @OpenApiDescription(
                    "Absent unless the ticket was refunded or transferred after the scan, which was uploaded later")
            Instant refundedAt) {

        public static CheckInBody of(Ticket ticket, Ticket.CheckIn scan) {
            return new CheckInBody(
                    ticket.id().value(), ticket.seat().label(), scan.at(), scan.gate(), ticket.voidedAt());
        }
    }

    /** A public key as a JSON Web Key (RFC 8037). */
    @OpenApiName("TicketKey")
    public record TicketKey(
            @OpenApiRequired String kty,
            @OpenApiRequired String crv,
            @OpenApiRequired String alg,
            @OpenApiRequired String use,

            @OpenApiRequired @OpenApiDescription("The key id in the code, as a decimal number")
            String kid,

            @OpenApiRequired @OpenApiDescription("The 32 bytes of the public key, in Base64url")
            String x) {}

    @OpenApiName("TicketKeys")
    public record TicketKeySet(@OpenApiRequired List<TicketKey> keys) {}
}
