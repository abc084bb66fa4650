package seatlock.inventory;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * A reservation as people name it, on the phone and at the counter: eight characters without look-alikes, unique in its event.
 * It is chosen at random, so it tells nothing about other reservations, and it authorizes nothing.
 */
public record Reference(String value) {

    private static final String ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 8;
    /** How many references there are: 30 to the power of 8. */
    private static final long COUNT = 656_100_000_000L;

    private static final Pattern FORM = Pattern.compile("[" + ALPHABET + "]{" + LENGTH + "}");
    private static final RandomGenerator RANDOM = new SecureRandom();

    public Reference {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("Not a reference: " + value);
        }
    }

    static Reference random() {
        var characters = new char[LENGTH];
        var rest = RANDOM.nextLong(COUNT); // one number, because a secure one costs much more than its digits
        for (int i = 0; i < LENGTH; i++) {
            characters[i] = ALPHABET.charAt((int) (rest % ALPHABET.length()));
            rest /= ALPHABET.length();
        }
        return new Reference(new String(characters));
    }

    /** Reads a reference as somebody typed it: in any case, with or without spaces and dashes; empty if it is none. */
    public static Optional<Reference> parse(String text) {
        var plain = text.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
        return FORM.matcher(plain).matches() ? Optional.of(new Reference(plain)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
