package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import seatlock.catalog.PriceType;
import seatlock.contract.EventBodies.Warning;
import seatlock.contract.PlanBodies.Section;
import seatlock.plans.ConvertedPlan;

/** JSON of the conversion of seat plans from other formats. */
public final class ConversionBodies {

    private ConversionBodies() {}

    @OpenApiName("NewPlanConversion")
    public record NewPlanConversion(
            @OpenApiRequired
            @OpenApiPropertyType(definedBy = Object.class)
            @OpenApiDescription("A seating plan of pretix, version 0.0.1; fields that it need not have are ignored")
            JsonNode plan,

            @OpenApiPropertyType(definedBy = Object.class)
            @OpenApiDescription("Price of each seat by category of the plan, in minor units; pretix's plans have none")
            Map<String, Long> prices) {}

    @OpenApiName("ConvertedPlan")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ConvertedPlanBody(
            @OpenApiDescription("Of the plan; absent if it has none")
            String name,

            @OpenApiRequired
            @OpenApiDescription("As a request for a new event has them, but without prices that are not known")
            List<Section> sections,

            @OpenApiRequired
            @OpenApiDescription(
                    "Where the sections differ from the plan, or the plan leaves something open; at most 20")
            List<Warning> warnings,

            @OpenApiRequired @OpenApiDescription("Paths of the fields that a request for a new event still needs")
            List<String> missing) {

        public static ConvertedPlanBody of(ConvertedPlan converted) {
            var missing = new ArrayList<String>();
            if (converted.name().isEmpty()) {
                missing.add("name");
            }
            missing.addAll(List.of("venue", "startsAt", "timeZone", "currency"));
            var sections = converted.plan().sections();
            for (int i = 0; i < sections.size(); i++) {
                if (sections.get(i).prices().isEmpty()) {
                    missing.add("sections[" + i + "].price");
                }
            }
            return new ConvertedPlanBody(
                    converted.name().orElse(null),
                    sections.stream()
                            .map(section -> Section.of(section, PriceType.STANDARD.id()))
                            .toList(),
                    converted.warnings().stream()
                            .map(warning -> new Warning(warning.field(), warning.message()))
                            .toList(),
                    missing);
        }
    }
}
