/**
 * The edge to Jesque, a Resque-compatible queue on Redis: the relay that hands jobs to Redis, the workers, and what they do.
 *
 * <p><b>PostgreSQL holds the truth</b> ({@link seatlock.jobs.Jobs}). Redis carries only ids, and may be down, wiped or hung at
 * any time: what was in it is sent again from PostgreSQL a few seconds later.
 *
 * <p><b>A job may run twice and must not show it.</b> It is claimed under a lease that is renewed while its worker lives and
 * runs out when the worker dies. A job must be safe to repeat; only the holder of the lease can end it.
 *
 * <p><b>Jesque's gaps</b> cost delay, never a job: a worker thread that ends is replaced by {@link
 * seatlock.workers.WorkerPool}, the entries that a killed worker left in Redis are removed, and a payload that Redis lost,
 * Jesque dropped or an operator flushed is relayed again. Jesque's delayed queue and its retries are not used.
 */
package seatlock.workers;
