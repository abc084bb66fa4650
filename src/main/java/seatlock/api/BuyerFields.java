package seatlock.api;

import java.util.regex.Pattern;
import seatlock.http.Validation;
import seatlock.text.Languages;

/** Checks the fields that describe a buyer. Each method adds an error if the value is invalid. */
final class BuyerFields {

    private static final int MAX_NAME = 200;

    /** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
    static final int MAX_EMAIL = 254;

    private static final String DOMAIN_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

    /** An address as in RFC 5321, without quoted local parts and address literals. Only a mail shows whether it exists. */
    private static final Pattern EMAIL =
            Pattern.compile("(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*" + "@"
                    + DOMAIN_LABEL + "(\\." + DOMAIN_LABEL + ")*");

    private BuyerFields() {}

    /** @param value {@code null} if it is missing, which is an error */
    static void checkEmail(String value, String field, Validation validation) {
        if (validation.checkText(value, field, MAX_EMAIL)) {
            validation.check(EMAIL.matcher(value).matches(), field, "must be a valid e-mail address");
        }
    }

    static void checkName(String value, String field, Validation validation) {
        validation.checkText(value, field, MAX_NAME);
    }

    static void checkLanguage(String value, String field, Validation validation) {
        validation.check(
                Languages.SUPPORTED.contains(value), field, "must be one of " + String.join(", ", Languages.SUPPORTED));
    }
}
