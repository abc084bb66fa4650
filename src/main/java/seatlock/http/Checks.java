package seatlock.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Collects what is wrong with a request, so that a client learns all of it at once. */
final class Checks {

    /** More than this helps nobody, and a hostile request could make megabytes of it. */
    private static final int MAX_ERRORS = 20;

    /** As RFC 3339 has it; {@link OffsetDateTime} takes more than that. */
    private static final Pattern RFC_3339 =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?" + "([Zz]|[+-]\\d\\d:\\d\\d)");

    /** In UTC, too, a year has four digits. */
    private static final Instant MIN_INSTANT = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant MAX_INSTANT = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private final List<Problem.FieldError> errors = new ArrayList<>();

    void add(String field, String message) {
        if (errors.size() < MAX_ERRORS) {
            errors.add(new Problem.FieldError(field, message));
        }
    }

    /** Notes the field as wrong unless the condition holds. */
    boolean that(boolean condition, String field, String message) {
        if (!condition) {
            add(field, message);
        }
        return condition;
    }

    /** Whether a text is there, is not blank, has no space at either end, and at most so many characters. */
    boolean text(String value, String field, int maxLength) {
        if (value == null) {
            add(field, "is missing");
        } else if (value.isBlank() || !value.equals(value.strip())) {
            add(field, "is blank, or begins or ends with a space");
        } else if (value.codePointCount(0, value.length()) > maxLength) {
            add(field, "is longer than " + maxLength + " characters");
        } else {
            return true;
        }
        return false;
    }

    /** A time as RFC 3339 has it, to the microsecond; or {@code null}, and a note. */
    Instant instant(String text, String field) {
        try {
            if (text != null && RFC_3339.matcher(text).matches()) {
                var instant = OffsetDateTime.parse(text).toInstant();
                if (!instant.isBefore(MIN_INSTANT) && !instant.isAfter(MAX_INSTANT)) {
                    // PostgreSQL keeps microseconds: what is answered now is what will be read later.
                    return instant.truncatedTo(ChronoUnit.MICROS);
                }
            }
        } catch (DateTimeException e) {
            // said below
        }
        add(field, "wants a time with an offset as RFC 3339 has it, such as 2027-06-18T21:00:00+02:00");
        return null;
    }

    /** @throws Problem.Refused invalid-request, if anything was wrong */
    void done() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).refuse();
        }
    }
}
