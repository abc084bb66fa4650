package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiNullable;
import io.javalin.openapi.OpenApiRequired;
import java.util.List;
import java.util.UUID;
import seatlock.inventory.SeatStatus;

/** JSON of the seat map. */
public final class SeatMapBodies {

    private SeatMapBodies() {}

    @OpenApiName("Seat")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SeatBody(
            @OpenApiRequired @OpenApiDescription("SECTION-ROW-NUMBER")
            String label,

            @OpenApiRequired String section,
            @OpenApiRequired String row,

            @OpenApiDescription("Absent if it is not a number")
            Integer number,

            @OpenApiDescription("The number if it is a text, such as 12A; absent otherwise")
            String numberText,

            @OpenApiRequired
            @OpenApiDescription(
                    "For the first price type, with the fees per seat, in minor units of the event's currency")
            long price,

            @OpenApiDescription("Absent unless it is true") Boolean accessible,
            @OpenApiDescription("Absent unless it is true") Boolean companion,
            @OpenApiDescription("Absent unless it is true") Boolean restrictedView,

            @OpenApiDescription("Absent if it is not known") Double x,
            @OpenApiDescription("Absent if it is not known") Double y,

            @OpenApiDescription("Label of the table with which alone it is sold; absent otherwise")
            String table,

            @OpenApiRequired SeatStatus status,

            @OpenApiDescription("False for a seat that is withheld for somebody; absent otherwise")
            Boolean forSale) {}

    @OpenApiName("Area")
    public record AreaBody(
            @OpenApiRequired @OpenApiDescription("A section of places")
            String section,

            @OpenApiRequired int capacity,

            @OpenApiRequired @OpenApiDescription("Without places that are withheld for somebody")
            int available,

            @OpenApiRequired @OpenApiDescription("Of a place, for the first price type, with the fees per seat")
            long price) {}

    /** The format that {@link seatlock.seatmap.SeatMap} writes. */
    @OpenApiName("Seats")
    public record Seats(
            @OpenApiRequired UUID eventId,
            @OpenApiRequired List<SeatBody> seats,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @OpenApiDescription("The sections of places; only in the first page, and absent if there are none")
            List<AreaBody> areas,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            Integer next) {}
}
