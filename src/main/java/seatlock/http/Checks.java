package seatlock.http;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a request, so that a client learns all of it at once. */
final class Checks {

    /** More than this helps nobody, and a hostile request could make megabytes of it. */
    private static final int MAX_ERRORS = 20;

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

    /** @throws Problem.Refused invalid-request, if anything was wrong */
    void done() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).refuse();
        }
    }
}
