package seatlock.contract;

import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.UUID;
import seatlock.sales.Transfers;

/** JSON of requests and responses about transfers. */
public final class TransferBodies {

    private TransferBodies() {}

    @OpenApiName("NewTransfer")
    public record TransferRequest(
            @OpenApiRequired @OpenApiDescription("Address to which the new ticket is mailed")
            String email,

            @OpenApiRequired @OpenApiDescription("Name that the new ticket shows; 1 to 200 characters")
            String name) {}

    @OpenApiName("Transfer")
    public record TransferBody(
            @OpenApiRequired @OpenApiDescription("The former ticket, which is void")
            UUID ticketId,

            @OpenApiRequired @OpenApiDescription("The ticket of the new holder")
            UUID newTicketId,

            @OpenApiRequired @OpenApiDescription("SECTION-ROW-NUMBER")
            String seat,

            @OpenApiRequired Instant transferredAt) {

        public static TransferBody of(Transfers.Result result) {
            return new TransferBody(
                    result.ticket().id().value(),
                    result.successor().orElseThrow().value(),
                    result.ticket().seat().label(),
                    result.at());
        }
    }
}
