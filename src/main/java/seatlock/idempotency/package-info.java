/**
 * Idempotency keys: one intended effect, however often it is asked for.
 *
 * <p>A key is claimed by inserting it, its effect and the stored reply are written in the same transaction, and so a
 * crash leaves all of it or nothing. A copy that arrives while the first one runs waits for it inside the database (on
 * the uncommitted row), on whichever node it arrives. Keys are the first locks in the lock order of {@link
 * seatlock.inventory}.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The Idempotency-Key HTTP
 *     header field (IETF draft)</a>
 */
package seatlock.idempotency;
