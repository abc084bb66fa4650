package seatlock.access;

import java.util.Optional;
import java.util.stream.Stream;

/** A role: the operations that an API key permits. */
public enum Role {
    /** Everything that the other roles may do; with a key for all events, also create events and keys. */
    ADMIN("ADMIN", "admin"),
    /** Confirm, refund and read every reservation: the role of a seller. */
    SALES("SALES", "sales"),
    /** Check tickets in. */
    GATE("GATE", "gate");

    private final String code;
    private final String wireName;

    Role(String code, String wireName) {
        this.code = code;
        this.wireName = wireName;
    }

    /** Returns the name of the role in the database. */
    public String code() {
        return code;
    }

    /** Finds the role with a name in the database; empty if only a newer release knows it. */
    static Optional<Role> ofCode(String code) {
        return Stream.of(values()).filter(role -> role.code.equals(code)).findFirst();
    }

    /** Returns the name of the role in the API and on the command line. */
    public String wireName() {
        return wireName;
    }

    /** Finds the role with a name in the API; empty if there is none. */
    public static Optional<Role> ofWireName(String wireName) {
        return Stream.of(values())
                .filter(role -> role.wireName.equals(wireName))
                .findFirst();
    }

    /** Returns whether a key of this role may do what requires another role. */
    public boolean includes(Role other) {
        return this == ADMIN || this == other;
    }
}
