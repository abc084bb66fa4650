package seatlock.api;

import io.javalin.http.Context;
import java.util.Map;
import seatlock.contract.ConversionBodies.ConvertedPlanBody;
import seatlock.contract.ConversionBodies.NewPlanConversion;
import seatlock.contract.PlanOperations;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.plans.ConvertedPlan;
import seatlock.plans.CsvPlan;
import seatlock.plans.PretixPlan;

/** Seat plans without an event. */
final class PlanHandlers implements PlanOperations {

    @Override
    public void convert(Context ctx) {
        var converted = Requests.csv(ctx)
                .map(csv -> CsvPlan.convert(csv, Map.of()))
                .orElseGet(() -> pretix(Requests.body(ctx, NewPlanConversion.class)));
        var json = Json.write(ConvertedPlanBody.of(converted));
        ctx.future(() -> Responses.send(ctx, json, false));
    }

    private static ConvertedPlan pretix(NewPlanConversion body) {
        if (body.plan() == null || !body.plan().isObject()) {
            throw Problem.invalid("plan", "must be a seating plan of pretix, as a JSON object")
                    .refuse();
        }
        return PretixPlan.convert(body.plan(), "plan.", body.prices() == null ? Map.of() : body.prices());
    }
}
