/**
 * Idempotency keys: one intended effect, however often it is asked for.
 *
 * <p>A key, its effect and the reply to it are written in the same transaction, and so a crash leaves all of it or
 * nothing. Copies that arrive together are answered together. A copy that arrives on another node while the first one
 * runs waits for it inside the database (on what they both want to lock, and in the end on the uncommitted key), finds
 * that the key was used meanwhile, starts over, and repeats the reply. Keys are the last locks in the lock order of
 * {@link seatlock.inventory}.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The Idempotency-Key HTTP
 *     header field (IETF draft)</a>
 */
package seatlock.idempotency;
