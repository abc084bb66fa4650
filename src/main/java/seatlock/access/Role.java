package seatlock.access;

import java.util.Optional;
import java.util.stream.Stream;

/** What an API key may be used for. */
public enum Role {
    /** Everything that the other roles may do; with a key for all events also creating events and keys. */
    ADMIN("ADMIN", "admin"),
    /** Confirm, refund, and read every reservation: the role of a shop. */
    SALES("SALES", "sales"),
    /** Check tickets in. */
    GATE("GATE", "gate");

    private final String code;
    private final String word;

    Role(String code, String word) {
        this.code = code;
        this.word = word;
    }

    /** How the database writes it. */
    String code() {
        return code;
    }

    static Role of(String code) {
        return Stream.of(values())
                .filter(role -> role.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Unknown role: " + code));
    }

    /** How the API and the command line write it. */
    public String word() {
        return word;
    }

    /** Returns the role that a word of the API stands for; empty for any other text. */
    public static Optional<Role> ofWord(String word) {
        return Stream.of(values()).filter(role -> role.word.equals(word)).findFirst();
    }

    /** Whether a key of this role may do what needs another role. */
    public boolean includes(Role other) {
        return this == ADMIN || this == other;
    }
}
