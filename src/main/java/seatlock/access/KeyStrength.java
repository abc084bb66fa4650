package seatlock.access;

/** Decides whether a key that a person chose, or that was read from a file, is strong enough to be accepted. */
public final class KeyStrength {

    private static final int MIN_LENGTH = 32;

    /** The rule, to complete a sentence such as "The key must be …". */
    public static final String RULE = "at least " + MIN_LENGTH
            + " visible ASCII characters without spaces, such as `openssl rand -hex 32` prints";

    private KeyStrength() {}

    /** Returns whether a key follows {@link #RULE}. A short key could be guessed. */
    public static boolean suffices(String key) {
        return key.length() >= MIN_LENGTH && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
