package seatlock.idempotency;

/**
 * The client's name for one intended effect, scoped to an event.
 *
 * @param value 1 to {@value #MAX_LENGTH} visible ASCII characters
 */
public record IdempotencyKey(String value) {

    public static final int MAX_LENGTH = 255;

    /**
     * Reads the header: a Structured Field string ({@code "…"}, RFC 8941 section 3.3.3, as the draft has it) or the bare
     * characters (as most clients send it). Quoted or not, it is the same key.
     *
     * @throws IllegalArgumentException if it is empty, too long, or has anything but visible ASCII; the message says which
     */
    public static IdempotencyKey parse(String header) {
        var value = header.startsWith("\"") ? unquoted(header) : header;
        if (value.isEmpty()) {
            throw new IllegalArgumentException("It is empty.");
        }
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("It is longer than " + MAX_LENGTH + " characters.");
        }
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("It has characters that are not visible ASCII.");
        }
        return new IdempotencyKey(value);
    }

    private static String unquoted(String header) {
        var value = new StringBuilder();
        int i = 1;
        while (i < header.length() && header.charAt(i) != '"') {
            if (header.charAt(i) == '\\') {
                i++;
                if (i == header.length() || header.charAt(i) != '"' && header.charAt(i) != '\\') {
                    throw new IllegalArgumentException("It has a backslash that escapes nothing.");
                }
            }
            value.append(header.charAt(i++));
        }
        if (i != header.length() - 1) {
            throw new IllegalArgumentException("It begins with a quote and does not end with one.");
        }
        return value.toString();
    }
}
