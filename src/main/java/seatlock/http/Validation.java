package seatlock.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import seatlock.text.PrintableText;

/** Collects the errors of a request, so that a client learns all of them at once. */
public final class Validation {

    /** More errors would not help, and a hostile request could cause megabytes of them. */
    private static final int MAX_ERRORS = 20;

    /** As in RFC 3339; {@link OffsetDateTime} accepts more than that. */
    private static final Pattern RFC_3339 =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?([Zz]|[+-]\\d\\d:\\d\\d)");

    /** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
    private static final int MAX_EMAIL = 254;

    private static final String DOMAIN_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

    /** An address as in RFC 5321, without quoted local parts and address literals. Only a mail shows whether it exists. */
    private static final Pattern EMAIL =
            Pattern.compile("(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*" + "@"
                    + DOMAIN_LABEL + "(\\." + DOMAIN_LABEL + ")*");

    /** As much as browsers and mail programs handle without trouble. */
    private static final int MAX_URL = 2_000;

    /** {@link Duration} also accepts signs and lower case, which ISO 8601 does not have. */
    private static final Pattern DURATION =
            Pattern.compile("P(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+(\\.\\d{1,9})?S)?)?");

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

    /**
     * Checks a text that names something.
     *
     * @return whether it is present, has no {@link PrintableText#flawOfName flaw} and is not too long; otherwise there is an error
     */
    public boolean checkText(String value, String field, int maxLength) {
        if (value == null) {
            add(field, "is required");
            return false;
        }
        var flaw = PrintableText.flawOfName(value);
        flaw.ifPresent(message -> add(field, message));
        return flaw.isEmpty() && checkLength(value, field, maxLength);
    }

    /**
     * Checks a text of several paragraphs, whose lines end with a line feed. Otherwise it is like a text that names something.
     *
     * @return whether it is present, has no flaw and is not too long; otherwise there is an error
     */
    public boolean checkParagraphs(String value, String field, int maxLength) {
        return checkText(value == null ? null : value.replace('\n', ' '), field, maxLength);
    }

    /**
     * Checks a text that refers to something by the name that it has already.
     *
     * @return whether it is present and not too long; otherwise there is an error
     */
    public boolean checkReference(String value, String field, int maxLength) {
        if (value == null || value.isEmpty()) {
            add(field, "is required");
            return false;
        }
        return checkLength(value, field, maxLength);
    }

    /** Adds an error for each element that is not a reference, see {@link #checkReference}, or that the list has twice. */
    public void checkReferences(List<String> values, String field, int maxLength) {
        var known = new HashSet<String>();
        for (int i = 0; i < values.size(); i++) {
            var path = field + "[" + i + "]";
            if (checkReference(values.get(i), path, maxLength)) {
                check(known.add(values.get(i)), path, "is a duplicate");
            }
        }
    }

    private boolean checkLength(String value, String field, int maxLength) {
        return check(
                value.codePointCount(0, value.length()) <= maxLength,
                field,
                "must not be longer than " + maxLength + " characters");
    }

    /** Checks that a text is an e-mail address, of at most 254 characters. Returns whether it is; otherwise there is an error. */
    public boolean checkEmail(String value, String field) {
        return checkText(value, field, MAX_EMAIL)
                && check(EMAIL.matcher(value).matches(), field, "must be a valid e-mail address");
    }

    /** Checks that a text is an absolute http or https URL, of at most 2,000 characters. Returns whether it is. */
    public boolean checkUrl(String value, String field) {
        return checkText(value, field, MAX_URL)
                && check(isWebUrl(value), field, "must be an http or https URL, such as https://venue.example/aida");
    }

    private static boolean isWebUrl(String text) {
        try {
            var uri = new URI(text);
            return ("https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
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

    /**
     * Parses an ISO 8601 duration of days, hours, minutes and seconds.
     *
     * @param min the shortest valid duration, in the same form
     * @param max the longest valid duration
     * @return {@code null} if the text is not such a duration; then there is an error
     */
    public Duration parseDuration(String text, String field, String min, String max) {
        try {
            if (DURATION.matcher(text).matches()) {
                var duration = Duration.parse(text);
                if (duration.compareTo(Duration.parse(min)) >= 0 && duration.compareTo(Duration.parse(max)) <= 0) {
                    return duration;
                }
            }
        } catch (DateTimeException e) {
            // reported below
        }
        add(field, "must be an ISO 8601 duration from " + min + " to " + max + ", such as PT10M");
        return null;
    }

    /** @throws Problem.Refused invalid-request with all errors, if there are any */
    public void finish() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).refuse();
        }
    }
}
