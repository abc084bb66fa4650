/**
 * The transaction that changes the holder of a seat. Every writer goes through {@link seatlock.sales.Checkout}: client requests,
 * the sweeper, jobs. So the consequences of a change (tickets, jobs, a stored reply) can never be left out.
 *
 * <p><b>An idempotency key</b> identifies one intended effect, however often it is requested. The key, the effect and the
 * reply are written in the same transaction, so a crash leaves all of them or none. Copies of a request that arrive together
 * get the same reply. A copy that arrives on another node while the first one runs waits for it in the database (for the rows
 * that both lock, and finally for the uncommitted key), finds that the key was used, is retried, and gets the stored reply.
 * Keys come last in the lock order of {@link seatlock.inventory}. A reply is opaque here: bytes that the edge wrote and gets
 * back.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The Idempotency-Key HTTP
 *     header field (IETF draft)</a>
 */
package seatlock.sales;
