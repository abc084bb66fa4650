package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiIgnore;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** JSON of requests for a reservation: what a buyer can ask for. */
public final class NewReservationBodies {

    private NewReservationBodies() {}

    /** A seat to reserve: its label, or an object with the label and more. */
    @OpenApiName("NewSeat")
    public record NewSeat(
            @OpenApiRequired @OpenApiDescription("Label of the seat")
            String seat,

            @OpenApiDescription("Id of a price type; default: the first one")
            String priceType,

            @OpenApiDescription("The name that its ticket shows instead of the buyer's")
            String holder) {

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static NewSeat of(String seat) {
            return new NewSeat(seat, null, null);
        }

        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public static NewSeat of(
                @JsonProperty("seat") String seat,
                @JsonProperty("priceType") String priceType,
                @JsonProperty("holder") String holder) {
            return new NewSeat(seat, priceType, holder);
        }

        /** Returns the shortest form, of which the fingerprint of a request is made. */
        @JsonValue
        @OpenApiIgnore
        public Object json() {
            if (holder == null && priceType == null) {
                return seat;
            }
            var fields = new TreeMap<String, String>();
            fields.put("seat", seat == null ? "" : seat);
            if (priceType != null) {
                fields.put("priceType", priceType);
            }
            if (holder != null) {
                fields.put("holder", holder);
            }
            return fields;
        }
    }

    @OpenApiName("NewPlaces")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NewPlaces(
            @OpenApiRequired @OpenApiDescription("Name of a section of places")
            String section,

            @OpenApiRequired @OpenApiDescription("How many places")
            Integer quantity,

            @OpenApiDescription("Id of a price type; default: the first one")
            String priceType) {}

    /** A table to reserve: its label, or an object with the label and the price type. */
    @OpenApiName("NewTable")
    public record NewTable(
            @OpenApiRequired @OpenApiDescription("Label of the table: SECTION-ROW")
            String table,

            @OpenApiDescription("Id of a price type; default: the first one")
            String priceType) {

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static NewTable of(String table) {
            return new NewTable(table, null);
        }

        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public static NewTable of(@JsonProperty("table") String table, @JsonProperty("priceType") String priceType) {
            return new NewTable(table, priceType);
        }

        /** Returns the shortest form, of which the fingerprint of a request is made. */
        @JsonValue
        @OpenApiIgnore
        public Object json() {
            return priceType == null
                    ? table
                    : new TreeMap<>(Map.of("table", table == null ? "" : table, "priceType", priceType));
        }
    }

    @OpenApiName("NewBest")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NewBest(
            @OpenApiRequired @OpenApiDescription("How many seats")
            Integer quantity,

            @OpenApiDescription("Names of the sections where they may be; default: all that have seats with the prices")
            List<String> sections,

            @OpenApiDescription(
                    "PREFERRED (default): near each other if not beside each other. REQUIRED: 409 `not-together` then")
            String together,

            @OpenApiDescription(
                    "How many of them must be accessible: 0 (default) to `quantity`. With each come up to three seats of companions")
            Integer accessible,

            @OpenApiPropertyType(definedBy = Object.class)
            @OpenApiDescription(
                    "How many seats by the id of a price type, `quantity` altogether; default: the first one")
            Map<String, Integer> priceTypes) {

        public static final String REQUIRED = "REQUIRED";
        public static final String PREFERRED = "PREFERRED";
    }

    @OpenApiName("NewReservation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NewReservation(
            @OpenApiDescription(
                    "The seats, without duplicates. With the places and the tables, at least one seat, and at most the event's"
                            + " `maxSeatsPerReservation`")
            List<NewSeat> seats,

            @OpenApiDescription("Places that nobody chooses; each section once for each price type")
            List<NewPlaces> places,

            @OpenApiDescription("Tables, which are sold whole, without duplicates")
            List<NewTable> tables,

            @OpenApiDescription("The best seats available, which the server chooses")
            NewBest best,

            @OpenApiRequired @OpenApiDescription("The buyer's e-mail address")
            String email,

            @OpenApiDescription("The buyer's name: on tickets, and to find the reservation")
            String name,

            @OpenApiDescription("Language of the buyer's mails and tickets; default: that of the event")
            String language,

            @OpenApiDescription(
                    "Name of an allocation, from which the places are taken, and whose seats can be reserved; only for sellers, and with an"
                            + " access code that opens it")
            String allocation,

            @OpenApiDescription(
                    "By what the seller knows the buyer: limits of a buyer count by it instead of the e-mail address; only for"
                            + " sellers")
            String customer,

            @OpenApiDescription("A promotion or access code; upper and lower case are the same")
            String code) {}
}
