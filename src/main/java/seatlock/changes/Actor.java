package seatlock.changes;

import java.util.UUID;

/**
 * The party that made a change.
 *
 * @param code as it is stored
 */
public record Actor(String code) {

    /** The holder of a reservation's token, or anybody who needs no key. */
    public static final Actor HOLDER = new Actor("holder");

    /** The sweeper, which marks what time has ended. */
    public static final Actor SWEEPER = new Actor("sweeper");

    /** A background job. */
    public static final Actor JOB = new Actor("job");

    /** A payment provider, which has told what became of a payment. */
    public static final Actor PROVIDER = new Actor("provider");

    /** A command on the machine of the server. */
    public static final Actor OPERATOR = new Actor("operator");

    /** Returns the actor that used an API key, identified by the id of that key. */
    public static Actor key(UUID id) {
        return new Actor("key " + id);
    }

    /** Returns whether an API key was used, so that the actor is a seller. */
    public boolean isKey() {
        return code.startsWith("key ");
    }
}
