package seatlock.plans;

import java.util.List;
import java.util.Optional;
import seatlock.catalog.SeatPlan;

/**
 * A seat plan from a file in another format.
 *
 * @param name of the plan, if the file has one
 * @param plan valid for a new event once each section has a price: one for which there is none yet has no prices at all
 * @param warnings where the plan differs from the file, or the file leaves something open; at most {@link #MAX_WARNINGS}
 */
public record ConvertedPlan(Optional<String> name, SeatPlan plan, List<Warning> warnings) {

    /** The last of as many says how many more there are. */
    public static final int MAX_WARNINGS = 20;

    public ConvertedPlan {
        warnings = List.copyOf(warnings);
    }

    /** @param field path in the file, or the number of a line of it */
    public record Warning(String field, String message) {}
}
