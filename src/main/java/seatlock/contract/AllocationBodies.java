package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiNullable;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import seatlock.inventory.AllocationStore.Listed;
import seatlock.inventory.AllocationStore.Part;

/** JSON of requests and responses about seats that are withheld for somebody. */
public final class AllocationBodies {

    /** As many seats and places as one request may name. */
    public static final int MAX_SEATS = 10_000;

    /** Form of the name of an allocation. */
    public static final String NAME = "^[A-Z0-9][A-Z0-9_-]{0,29}$";

    private AllocationBodies() {}

    @OpenApiName("AllocatedPlaces")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AllocatedPlaces(
            @OpenApiRequired @OpenApiDescription("Name of a section of places")
            String section,

            @OpenApiRequired @OpenApiDescription("How many places")
            Integer quantity) {}

    @OpenApiName("NewAllocation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NewAllocation(
            @OpenApiRequired
            @OpenApiDescription(
                    "Names it in requests, and in the access codes that open it. If it exists, the seats are added")
            String name,

            @OpenApiDescription("Labels of seats, without duplicates. With the places and the tables, at least one")
            List<String> seats,

            @OpenApiDescription("Places; each section once") List<AllocatedPlaces> places,

            @OpenApiDescription("Labels of tables, SECTION-ROW, without duplicates")
            List<String> tables,

            @OpenApiDescription("For the seller's staff; replaces that of an allocation that exists")
            String reason) {}

    @OpenApiName("NewRelease")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NewRelease(
            @OpenApiDescription("Labels of seats, without duplicates")
            List<String> seats,

            @OpenApiDescription("Free places; each section once")
            List<AllocatedPlaces> places,

            @OpenApiDescription("Labels of tables, SECTION-ROW, without duplicates")
            List<String> tables) {}

    @OpenApiName("AllocationPart")
    public record PartChange(
            @OpenApiRequired String section,

            @OpenApiRequired @OpenApiDescription("How many of its seats the request has changed")
            int quantity) {}

    @OpenApiName("AllocationChange")
    public record AllocationChange(
            @OpenApiRequired String name,

            @OpenApiRequired @OpenApiDescription("The sections of which the request has changed seats, by name")
            List<PartChange> sections) {

        /** @param sections how many seats were changed, by section */
        public static AllocationChange of(String name, Map<String, Integer> sections) {
            return new AllocationChange(
                    name,
                    sections.entrySet().stream()
                            .map(each -> new PartChange(each.getKey(), each.getValue()))
                            .toList());
        }
    }

    @OpenApiName("AllocationSection")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SectionBody(
            @OpenApiRequired String section,

            @OpenApiRequired @OpenApiDescription("How many of its seats are withheld, whatever their status")
            long capacity,

            @OpenApiRequired @OpenApiDescription("How many of these are neither held nor sold")
            long available,

            @OpenApiDescription("Labels of the seats that are withheld; absent for a section of places")
            List<String> seats) {

        private static SectionBody of(Part part) {
            return new SectionBody(
                    part.section(),
                    part.capacity(),
                    part.available(),
                    part.seats().isEmpty() ? null : part.seats());
        }
    }

    @OpenApiName("Allocation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AllocationBody(
            @OpenApiRequired String name,
            @OpenApiDescription("Absent if none was given") String reason,
            @OpenApiRequired Instant createdAt,

            @OpenApiRequired @OpenApiDescription("In the order of the seat plan; none if everything was released")
            List<SectionBody> sections) {

        private static AllocationBody of(Listed listed) {
            return new AllocationBody(
                    listed.name(),
                    listed.reason().orElse(null),
                    listed.createdAt(),
                    listed.parts().stream().map(SectionBody::of).toList());
        }
    }

    @OpenApiName("Allocations")
    public record AllocationList(
            @OpenApiRequired @OpenApiDescription("By name") List<AllocationBody> allocations,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            String next) {

        /** @param listed up to one more than the limit of the page */
        public static AllocationList of(List<Listed> listed, int limit) {
            var page = listed.subList(0, Math.min(limit, listed.size()));
            return new AllocationList(
                    page.stream().map(AllocationBody::of).toList(),
                    listed.size() > limit ? page.get(limit - 1).name() : null);
        }
    }
}
