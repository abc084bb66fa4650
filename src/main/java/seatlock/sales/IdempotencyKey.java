package seatlock.sales;

import seatlock.crypto.Sha256;

/**
 * A client's name for one intended effect, unique within an event, a caller and an operation. So one caller cannot use up the
 * keys of another.
 *
 * @param scope the caller and the operation
 * @param value 1 to {@value #MAX_LENGTH} visible ASCII characters
 */
public record IdempotencyKey(String scope, String value) {

    public static final int MAX_LENGTH = 255;

    /**
     * Parses the header field: a Structured Field string ({@code "…"}, RFC 8941 section 3.3.3, as in the draft) or the bare
     * characters (as most clients send it). Quoted or not, it is the same key.
     *
     * @throws IllegalArgumentException if the key is empty, too long, or contains other characters; the message says which
     */
    public static IdempotencyKey parse(String scope, String header) {
        var value = header.contains("\"") ? unquoted(header) : header;
        if (value.isEmpty()) {
            throw new IllegalArgumentException("The key is empty.");
        }
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("The key is longer than " + MAX_LENGTH + " characters.");
        }
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("The key has characters that are not visible ASCII.");
        }
        return new IdempotencyKey(scope, value);
    }

    private static String unquoted(String header) {
        if (!header.startsWith("\"")) {
            throw new IllegalArgumentException("The key has a quote and does not start with one.");
        }
        var value = new StringBuilder();
        int i = 1;
        while (i < header.length() && header.charAt(i) != '"') {
            if (header.charAt(i) == '\\') {
                i++;
                if (i == header.length() || header.charAt(i) != '"' && header.charAt(i) != '\\') {
                    throw new IllegalArgumentException("The key has a backslash that escapes nothing.");
                }
            }
            value.append(header.charAt(i++));
        }
        if (i != header.length() - 1) {
            throw new IllegalArgumentException("The key starts with a quote, and its next quote is not its end.");
        }
        return value.toString();
    }

    /** Returns the whole key as one text, which encrypts its reply. */
    String text() {
        return scope + "\n" + value;
    }

    /** Returns the SHA-256 by which the database identifies the key. */
    public byte[] hash() {
        return Sha256.of(text());
    }

    /** Returns the SHA-256 by which releases before 0.2, whose keys had no scope, identified it. */
    byte[] unscopedHash() {
        return Sha256.of(value);
    }

    /** Hides the key, since this may end up in a log and the key encrypts a reply. */
    @Override
    public String toString() {
        return scope + " …";
    }
}
