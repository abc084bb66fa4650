package seatlock.api;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import seatlock.catalog.Event;
import seatlock.catalog.SeatPlan;
import seatlock.contract.EventBodies.Warning;
import seatlock.tickets.TicketPdf;

/** Finds the texts of a new event that its tickets cannot show completely. */
final class PrintWarnings {

    /** As many as there are errors at most (see {@link seatlock.http.Validation}), for the same reason. */
    private static final int MAX_WARNINGS = 20;

    private static final int MAX_CHARACTERS = 10;

    /** Emoji, symbols and accents belong to no script. */
    private static final Set<UnicodeScript> NOT_SCRIPTS =
            EnumSet.of(UnicodeScript.COMMON, UnicodeScript.INHERITED, UnicodeScript.UNKNOWN);

    private final List<Warning> warnings = new ArrayList<>();

    private PrintWarnings() {}

    /** Returns a warning for each of the first 20 texts with a character that no font of a ticket contains. */
    static List<Warning> of(Event event, SeatPlan plan) {
        var found = new PrintWarnings();
        found.check(event.name(), "name");
        found.check(event.venue(), "venue");
        for (int i = 0; i < plan.sections().size(); i++) {
            var section = plan.sections().get(i);
            var path = "sections[" + i + "]";
            found.check(section.name(), path + ".name");
            for (int j = 0; j < section.rows().size(); j++) {
                found.check(section.rows().get(j).name(), path + ".rows[" + j + "].name");
            }
        }
        return found.warnings;
    }

    private void check(String text, String field) {
        if (warnings.size() < MAX_WARNINGS) {
            var unprintable = TicketPdf.unprintable(text);
            if (!unprintable.isEmpty()) {
                warnings.add(new Warning(field, message(unprintable)));
            }
        }
    }

    private static String message(List<Integer> characters) {
        var shown = characters.stream()
                .limit(MAX_CHARACTERS)
                .map(Character::toString)
                .collect(Collectors.joining(" "));
        var others = characters.size() - MAX_CHARACTERS;
        var scripts = characters.stream()
                .map(UnicodeScript::of)
                .filter(script -> !NOT_SCRIPTS.contains(script))
                .distinct()
                .map(PrintWarnings::name)
                .collect(Collectors.joining(", "));
        return "contains characters that tickets show as □: " + shown
                + (others <= 0 ? "" : " and " + others + (others == 1 ? " other" : " others"))
                + (scripts.isEmpty() ? "" : " (" + scripts + ")");
    }

    private static String name(UnicodeScript script) {
        return Arrays.stream(script.name().split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" "));
    }
}
