package seatlock.idempotency;

/**
 * An answer, as it goes over the wire and as it is kept for the next one who sends the same key.
 *
 * @param status of HTTP
 * @param location of what was made; {@code null} if nothing was
 */
public record Reply(int status, String location, byte[] body) {}
