/**
 * What happens without anybody waiting for it: jobs, the relay that hands them to Redis, the workers that do them,
 * the sweeper, and the census that counts what there is. This is the edge to Jesque, a Resque-compatible queue on Redis.
 *
 * <p><b>PostgreSQL holds the truth.</b> A job is a row ({@link seatlock.jobs.Jobs}), written in the transaction that
 * makes it necessary: state, attempts, the next attempt, the lease. Redis only carries ids, and may be down, wiped or
 * hung at any time: what was in it is sent again from PostgreSQL, a few seconds later.
 *
 * <p><b>A job may run twice and must not show it.</b> It is claimed under a lease, which is renewed while its worker
 * lives and runs out when it does not. What a job does has to be safe to do again; only the holder of the lease can end
 * it.
 *
 * <p><b>Jesque's gaps</b> cost delay, never a job: a worker thread that ends is replaced by {@link
 * seatlock.jobs.Workers}, what a killed one has left in Redis is cleaned up, and a payload that Redis lost, Jesque
 * dropped or somebody flushed is relayed again. Its delayed queue and its retries are not used.
 */
package seatlock.jobs;
