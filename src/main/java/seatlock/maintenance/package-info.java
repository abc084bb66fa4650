/**
 * Background tasks that keep the database in order and watch over it: the sweeper of lapsed reservations, the monitor of the
 * backlog, and the invariants with their monitor. No request waits for any of them.
 *
 * <p><b>Invariants</b> hold between the tables in every committed state. The schema prevents most violations and the code all of
 * them; the invariants trust neither, and count. They read and never repair: a violation is a bug, or the result of SQL
 * written by hand, and needs a person.
 */
package seatlock.maintenance;
