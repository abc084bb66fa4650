package seatlock.api;

import seatlock.http.Validation;
import seatlock.text.Messages;

/** Checks the fields that describe a buyer. Each method adds an error if the value is invalid. */
final class BuyerFields {

    private static final int MAX_NAME = 200;

    private BuyerFields() {}

    static void checkName(String value, String field, Validation validation) {
        validation.checkText(value, field, MAX_NAME);
    }

    static void checkLanguage(String value, String field, Validation validation) {
        validation.check(
                Messages.languages().contains(value),
                field,
                "must be one of " + String.join(", ", Messages.languages()));
    }
}
