/**
 * The transaction that changes who has a seat. Every writer goes through {@link seatlock.sales.Checkout}: a client's request,
 * the sweeper, a job. So what must follow from a change (tickets, jobs, a stored reply) can never be left out.
 *
 * <p><b>Idempotency keys</b> stand for one intended effect, however often it is requested. A key, its effect and the reply are
 * written in the same transaction, so a crash leaves all of them or none. Copies of a request that arrive together are
 * answered together. A copy that arrives on another node while the first one runs waits for it inside the database (for the
 * rows that both lock, and in the end for the uncommitted key), finds that the key was used meanwhile, starts over, and
 * repeats the reply. Keys are the last locks in the lock order of {@link seatlock.inventory}. A reply is opaque here: bytes
 * that the edge wrote and gets back.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The Idempotency-Key HTTP
 *     header field (IETF draft)</a>
 */
package seatlock.sales;
