/**
 * Background tasks that clean up and monitor the database: the sweeper of lapsed reservations, the backlog monitor, and the
 * invariants with their monitor. No request waits for any of them.
 *
 * <p><b>Invariants</b> hold in every committed state. The schema prevents most violations and the code is meant to prevent all
 * of them; the invariants check both. They never repair anything: a violation is the result of a bug or of manual SQL, and a
 * person must decide what to do.
 */
package seatlock.maintenance;
