package seatlock.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Collects the errors of a request, so that a client learns all of them at once. */
public final class Validation {

    /** More errors would not help, and a hostile request could cause megabytes of them. */
    private static final int MAX_ERRORS = 20;

    /** As in RFC 3339; {@link OffsetDateTime} accepts more than that. */
    private static final Pattern RFC_3339 =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?([Zz]|[+-]\\d\\d:\\d\\d)");

    /** A year has four digits in UTC, too. */
    private static final Instant MIN_INSTANT = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant MAX_INSTANT = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private final List<Problem.FieldError> errors = new ArrayList<>();

    /** Adds an error. The message completes a sentence that begins with the name of the field. */
    public void add(String field, String message) {
        if (errors.size() < MAX_ERRORS) {
            errors.add(new Problem.FieldError(field, message));
        }
    }

    /** Adds an error unless the condition holds. Returns the condition. */
    public boolean check(boolean condition, String field, String message) {
        if (!condition) {
            add(field, message);
        }
        return condition;
    }

    /** Checks that a text is present, not blank, not too long and without white space at either end. Returns whether it is. */
    public boolean checkText(String value, String field, int maxLength) {
        if (value == null) {
            add(field, "is required");
        } else if (value.isBlank()) {
            add(field, "must not be blank");
        } else if (!value.equals(value.strip())) {
            add(field, "must not start or end with white space");
        } else if (value.codePointCount(0, value.length()) > maxLength) {
            add(field, "must not be longer than " + maxLength + " characters");
        } else {
            return true;
        }
        return false;
    }

    /** Parses a time in RFC 3339, to the microsecond. Returns {@code null} and adds an error if it is not one. */
    public Instant parseInstant(String text, String field) {
        try {
            if (text != null && RFC_3339.matcher(text).matches()) {
                var instant = OffsetDateTime.parse(text).toInstant();
                if (!instant.isBefore(MIN_INSTANT) && !instant.isAfter(MAX_INSTANT)) {
                    // PostgreSQL stores microseconds: the response now must equal what is read later.
                    return instant.truncatedTo(ChronoUnit.MICROS);
                }
            }
        } catch (DateTimeException e) {
            // reported below
        }
        add(field, "must be a time with an offset (RFC 3339), such as 2027-06-18T21:00:00+02:00");
        return null;
    }

    /** @throws Problem.Refused invalid-request with all errors, if there are any */
    public void finish() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).refuse();
        }
    }
}
