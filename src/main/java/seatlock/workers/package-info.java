/**
 * The edge to Jesque, a Resque-compatible queue on Redis: the relay that sends jobs to Redis, the workers, and the job
 * handlers.
 *
 * <p><b>PostgreSQL is the source of truth</b> ({@link seatlock.jobs.Jobs}). Redis carries only ids, and may go down, hang or
 * lose its data at any time: the ids are sent again from PostgreSQL a few seconds later.
 *
 * <p><b>A job may run twice, so it must be safe to repeat.</b> It is claimed under a lease, which is renewed while its worker
 * lives and expires after the worker dies. Only the holder of the lease can record the result.
 *
 * <p><b>Documents do not wait for mail.</b> They are jobs of different kinds, with a queue and workers for each kind
 * ({@link seatlock.workers.TicketDelivery}). No conversation with another server lasts longer than its limit
 * ({@link seatlock.net.Conversation}).
 *
 * <p><b>Failures of Jesque</b> cost delay, never a job: {@link seatlock.workers.WorkerPool} replaces a worker thread that ends
 * and removes the entries of killed workers, and the relay resends a payload that Redis lost, Jesque dropped or an operator
 * flushed. Jesque's delayed queue and its retries are not used.
 */
package seatlock.workers;
