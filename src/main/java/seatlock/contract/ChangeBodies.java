package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiNullable;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatlock.changes.Feed;

/** JSON of responses about changes. */
public final class ChangeBodies {

    private ChangeBodies() {}

    @OpenApiName("Change")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ChangeBody(
            @OpenApiDescription("In the feed of the event: 1, 2, 3 and so on. Absent in the history of a reservation")
            Long position,

            @OpenApiRequired UUID id,

            @OpenApiRequired
            @OpenApiDescription(
                    "Such as `reservation.confirmed`. A later version may have further types: ignore one that you do not"
                            + " know")
            String type,

            @OpenApiDescription("Absent if the event itself changed")
            UUID reservationId,

            @OpenApiDescription("Absent unless one ticket changed")
            UUID ticketId,

            @OpenApiRequired
            @OpenApiDescription("Of the reservation after the change; of the event, if there is no reservation")
            Integer version,

            @OpenApiRequired
            @OpenApiDescription(
                    "`key` and the id of the API key, `holder`, `sweeper` (time ended the reservation), `provider` (of"
                            + " the payment), `job` or `operator`. The holder of a reservation sees `seller` instead of a key")
            String actor,

            @OpenApiRequired @OpenApiDescription("When the change was made, shortly before its commit")
            Instant at) {

        /** Shows a change to a seller, with its position in the feed. */
        public static ChangeBody inFeed(Feed.Entry entry) {
            return of(entry, entry.position().orElseThrow(), true);
        }

        /**
         * Shows a change in the history of its reservation.
         *
         * @param toSeller whether the actor's key may be seen. Positions are never shown: they tell how much an event sells.
         */
        public static ChangeBody inHistory(Feed.Entry entry, boolean toSeller) {
            return of(entry, null, toSeller);
        }

        private static ChangeBody of(Feed.Entry entry, Long position, boolean toSeller) {
            return new ChangeBody(
                    position,
                    entry.id(),
                    entry.type(),
                    entry.reservation().orElse(null),
                    entry.ticket().orElse(null),
                    entry.version(),
                    entry.actor().isKey() && !toSeller
                            ? "seller"
                            : entry.actor().code(),
                    entry.at());
        }
    }

    @OpenApiName("History")
    public record History(
            @OpenApiRequired List<ChangeBody> changes,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            Integer next) {}

    @OpenApiName("Feed")
    public record FeedPage(
            @OpenApiRequired List<ChangeBody> changes,

            @OpenApiRequired
            @OpenApiDescription(
                    "The position of the last of these changes, or `after` if there are none. Pass it as `after`")
            Long next) {}
}
