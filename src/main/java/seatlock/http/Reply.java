package seatlock.http;

import java.nio.charset.StandardCharsets;

/**
 * A response that can be stored as bytes and sent again when the request is repeated.
 *
 * @param status HTTP status, three digits
 * @param location path of what was created, without the {@link PublicUrl}; {@code null} if nothing was
 */
public record Reply(int status, String location, byte[] body) {

    /**
     * Writes the reply as bytes: the status, a space, the location (if any) and a line feed in ASCII, then the body. The
     * schema has a constraint on the status in this form, and {@code verify} reads the location.
     */
    public byte[] toBytes() {
        var head = (status + " " + (location == null ? "" : location) + "\n").getBytes(StandardCharsets.US_ASCII);
        var bytes = new byte[head.length + body.length];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(body, 0, bytes, head.length, body.length);
        return bytes;
    }

    /** Parses what {@link #toBytes} wrote. */
    public static Reply of(byte[] bytes) {
        int end = 0;
        while (bytes[end] != '\n') {
            end++;
        }
        var head = new String(bytes, 0, end, StandardCharsets.US_ASCII);
        var location = head.substring(4);
        var body = new byte[bytes.length - end - 1];
        System.arraycopy(bytes, end + 1, body, 0, body.length);
        return new Reply(Integer.parseInt(head.substring(0, 3)), location.isEmpty() ? null : location, body);
    }
}
