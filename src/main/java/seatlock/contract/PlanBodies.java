package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seatlock.catalog.Event;
import seatlock.catalog.Fee;
import seatlock.catalog.Limit;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Tariff;

/** JSON of requests and responses about seat plans and prices. */
public final class PlanBodies {

    private PlanBodies() {}

    @OpenApiName("Section")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Section(
            @OpenApiRequired @OpenApiDescription("1 to 50 characters, unique in the event")
            String name,

            @OpenApiDescription(
                    "Price of each seat for the first price type, in minor units of the currency: instead of `prices`, or as"
                            + " there")
            Long price,

            @OpenApiPropertyType(definedBy = Object.class)
            @OpenApiDescription(
                    "Price of each seat by price type, in minor units of the currency. A price type that is not named is"
                            + " not sold in this section; the first one must be")
            Map<String, Long> prices,

            @OpenApiDescription("At least one, unless the section has places")
            List<SeatRow> rows,

            @OpenApiDescription(
                    "Instead of rows: the number of places that are sold by number, because nobody chooses one")
            Integer places) {

        /**
         * Returns a section as an event shows it: with the number of seats of each row only, and with prices that contain the
         * fees per seat.
         */
        static Section shown(SeatPlan.Section section, Tariff tariff) {
            var prices = new LinkedHashMap<String, Long>();
            section.prices().forEach((type, price) -> prices.put(type, tariff.allIn(price)));
            var allIn = new SeatPlan.Section(section.name(), prices, section.rows());
            return of(allIn, tariff.first().id(), true);
        }

        /** Returns a section of a plan as it was given. */
        static Section of(SeatPlan.Section section, String firstType) {
            return of(section, firstType, false);
        }

        private static Section of(SeatPlan.Section section, String firstType, boolean isBrief) {
            var hasPlaces = section.hasPlaces();
            return new Section(
                    section.name(),
                    section.prices().get(firstType),
                    section.prices().size() <= 1 ? null : section.prices(),
                    hasPlaces
                            ? null
                            : section.rows().stream()
                                    .map(row -> SeatRow.of(row, isBrief))
                                    .toList(),
                    hasPlaces ? section.rows().get(0).seats().count() : null);
        }
    }

    @OpenApiName("Row")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SeatRow(
            @OpenApiRequired @OpenApiDescription("1 to 50 characters, unique in its section")
            String name,

            @OpenApiRequired
            @OpenApiPropertyType(definedBy = ListedSeat.class)
            @OpenApiDescription(
                    "Number of seats, which are numbered from 1; or a list of the seats, with null for a gap")
            RowSeats seats,

            @OpenApiDescription("WHOLE: only all its seats together, as a table. Default SINGLY")
            String sold) {

        static SeatRow of(SeatPlan.Row row, boolean isBrief) {
            return new SeatRow(
                    row.name(),
                    row.seats() instanceof Listed listed && !isBrief
                            ? new RowSeats(
                                    null,
                                    listed.positions().stream()
                                            .map(seat ->
                                                    seat.map(ListedSeat::of).orElse(null))
                                            .toList())
                            : new RowSeats(row.seats().count(), null),
                    row.sold() == Sold.WHOLE ? Sold.WHOLE.name() : null);
        }
    }

    /** A number of seats, or a list with {@code null} for each gap. One of the two is {@code null}. */
    @JsonDeserialize(using = RowSeats.Reader.class)
    public record RowSeats(Integer count, List<ListedSeat> list) {

        @JsonValue
        public Object json() {
            return count == null ? list : count;
        }

        /** With creators instead, Jackson would read the text "5" as a number. */
        static final class Reader extends JsonDeserializer<RowSeats> {

            @Override
            public RowSeats deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                if (parser.hasToken(JsonToken.START_ARRAY)) {
                    var type = context.getTypeFactory().constructCollectionType(List.class, ListedSeat.class);
                    return new RowSeats(null, context.readValue(parser, type));
                }
                return new RowSeats(context.readValue(parser, Integer.class), null);
            }
        }
    }

    @OpenApiName("ListedSeat")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ListedSeat(
            @OpenApiRequired @OpenApiDescription("As it is printed on the seat, unique in its row; 1 to 20 characters")
            String number,

            @OpenApiDescription("Whether it is a space for a wheelchair, or for somebody else who needs such a seat")
            Boolean accessible,

            @OpenApiDescription("Whether it is for a companion of somebody in an accessible seat")
            Boolean companion,

            @OpenApiDescription("Whether something stands in the way")
            Boolean restrictedView,

            @OpenApiDescription("Where it is in the hall, in any unit; both or neither")
            Double x,

            Double y) {

        static ListedSeat of(SeatPlan.Seat seat) {
            return new ListedSeat(
                    seat.number(),
                    orAbsent(seat.accessible()),
                    orAbsent(seat.companion()),
                    orAbsent(seat.restrictedView()),
                    seat.at().map(Point::x).orElse(null),
                    seat.at().map(Point::y).orElse(null));
        }

        private static Boolean orAbsent(boolean flag) {
            return flag ? true : null;
        }
    }

    @OpenApiName("NewSections")
    public record NewSections(
            @OpenApiRequired
            @OpenApiDescription(
                    "Sections, and rows or places of sections that exist. The prices of a section that exists must be"
                            + " absent or as they are")
            List<Section> sections) {}

    @OpenApiName("SectionPrice")
    public record SectionPriceBody(
            @OpenApiRequired @OpenApiDescription("Name of a section of the event")
            String name,

            @OpenApiDescription(
                    "Price of each seat for the first price type from now on, in minor units; what is reserved keeps its price")
            Long price,

            @OpenApiPropertyType(definedBy = Object.class)
            @OpenApiDescription("Prices by price type from now on, in minor units; those that are not named stay")
            Map<String, Long> prices) {}

    @OpenApiName("PriceType")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PriceTypeBody(
            @OpenApiRequired
            @OpenApiDescription("Names it in requests: 1 to 30 of a-z, 0-9, _ and -; unique in the event")
            String id,

            @OpenApiRequired @OpenApiDescription("For people: 1 to 50 characters")
            String name,

            @OpenApiDescription(
                    "How many seats are sold at this price at most, such as to early birds; default: no limit")
            Integer max) {

        static PriceTypeBody of(PriceType type) {
            return new PriceTypeBody(
                    type.id(), type.name(), type.limit().map(Limit::size).orElse(null));
        }
    }

    @OpenApiName("Fee")
    public record FeeBody(
            @OpenApiRequired @OpenApiDescription("For people: 1 to 50 characters")
            String name,

            @OpenApiRequired @OpenApiDescription("In minor units of the currency; positive")
            Long amount,

            @OpenApiRequired
            @OpenApiDescription("SEAT: for each seat that is not free. RESERVATION: once, unless all seats are free")
            String per,

            @OpenApiDescription("Whether it is given back with the price; default true")
            Boolean refundable) {

        static FeeBody of(Fee fee) {
            return new FeeBody(fee.name(), fee.amount(), fee.per().name(), fee.isRefundable());
        }
    }

    @OpenApiName("Focus")
    public record FocusBody(
            @OpenApiRequired Double x, @OpenApiRequired Double y) {

        static FocusBody of(SeatPlan.Point point) {
            return new FocusBody(point.x(), point.y());
        }
    }

    @OpenApiName("Plan")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PlanBody(
            @OpenApiRequired @OpenApiDescription("The first is that of a seat for which none is named")
            List<PriceTypeBody> priceTypes,

            @OpenApiRequired List<FeeBody> fees,

            @OpenApiDescription(
                    "The tax that all prices and fees contain, in hundredths of a percent; absent if there is none")
            Integer taxRate,

            @OpenApiDescription("The point to which the best seats are nearest; absent if there is none")
            FocusBody focus,

            @OpenApiRequired
            @OpenApiDescription("As it was given, with what was added later; a request for a new event may have it")
            List<Section> sections) {

        public static PlanBody of(Event event, SeatPlan plan, Tariff tariff) {
            return new PlanBody(
                    tariff.types().stream().map(PriceTypeBody::of).toList(),
                    tariff.fees().stream().map(FeeBody::of).toList(),
                    event.taxRate() == 0 ? null : event.taxRate(),
                    plan.focus().map(FocusBody::of).orElse(null),
                    plan.sections().stream()
                            .map(section -> Section.of(section, tariff.first().id()))
                            .toList());
        }
    }
}
