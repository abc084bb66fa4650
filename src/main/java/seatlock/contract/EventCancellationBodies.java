package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import seatlock.catalog.Cancellation;
import seatlock.sales.EventCancellation;

/** JSON of requests and responses about the cancellation of events. */
public final class EventCancellationBodies {

    private EventCancellationBodies() {}

    @OpenApiName("NewEventCancellation")
    public record NewCancellation(
            @OpenApiDescription(
                    "Whether confirmed reservations are cancelled, too, so that their payments can be refunded;"
                            + " default true")
            Boolean refund,

            @OpenApiDescription("Whether the holders of tickets are told by mail; default true")
            @OpenApiName("notify")
            @JsonProperty("notify")
            Boolean notifies,

            @OpenApiDescription("For buyers: 1 to 1000 characters")
            String reason) {}

    @OpenApiName("EventCancellation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CancellationBody(
            @OpenApiDescription("Absent if the seller gave none")
            String reason,

            @OpenApiRequired Instant at,

            @OpenApiDescription("For sellers only: whether confirmed reservations are cancelled, too")
            Boolean refund,

            @OpenApiName("notify")
            @JsonProperty("notify")
            @OpenApiDescription("For sellers only: whether the holders of tickets are told by mail")
            Boolean notifies,

            @OpenApiDescription("For sellers only: number of reservations that are still to be cancelled, or whose"
                    + " holders are still to be told")
            Long remaining,

            @OpenApiDescription("For sellers only: number of reservations that were cancelled because of it")
            Long cancelled,

            @OpenApiDescription("For sellers only: absent until nothing is left to be done, which is at least a minute"
                    + " after `at`")
            Instant completedAt) {

        /** Returns what everybody may know of a cancellation. */
        public static CancellationBody ofPublic(Cancellation cancellation) {
            return new CancellationBody(
                    cancellation.reason().orElse(null), cancellation.at(), null, null, null, null, null);
        }

        public static CancellationBody of(EventCancellation.Progress progress) {
            var cancellation = progress.cancellation();
            return new CancellationBody(
                    cancellation.reason().orElse(null),
                    cancellation.at(),
                    cancellation.refund(),
                    cancellation.notifies(),
                    progress.remaining(),
                    progress.cancelled(),
                    cancellation.completedAt().orElse(null));
        }
    }
}
