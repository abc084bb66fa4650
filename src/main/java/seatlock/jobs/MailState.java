package seatlock.jobs;

import java.util.Locale;
import java.util.Optional;

/**
 * The state of the last mail with the tickets of a reservation.
 *
 * @param reason why the last attempt failed; empty if it did not
 */
public record MailState(State state, Optional<String> reason) {

    /** None was needed. */
    static final MailState NONE = new MailState(State.NONE, Optional.empty());

    /** States of a mail. */
    public enum State {
        /** No mail is needed, or none yet. */
        NONE,
        /** It will be sent, perhaps after failed attempts. */
        QUEUED,
        /** A mail server has accepted it. */
        SENT,
        /** It was given up. */
        FAILED;

        /** Returns its name in the API. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
