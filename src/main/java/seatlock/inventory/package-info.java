/**
 * The state of every seat, and the reservation that holds it. This is the heart of Seatlock: read it first.
 *
 * <p><b>One way.</b> A seat changes hands only in {@link seatlock.inventory.Inventory#apply}: lock, read the clock, decide,
 * write. The method applies a list of commands for one event in the caller's transaction.
 *
 * <p><b>The lock order</b> is the same everywhere: the event (only by {@link seatlock.catalog.Catalog#lockEvent}) → quotas by
 * subject → limits by id → reservations by id → their tickets → seats by id → allocations by name (only to create one or change its
 * reason) → payment references → idempotency keys (each sorted). Transactions that acquire locks in the same order cannot deadlock.
 * Only {@code SKIP LOCKED}, which never waits, takes more seats after that. Rows are locked by id and checked afterwards, in Java: a
 * {@code WHERE status = 'AVAILABLE'} in the locking statement silently loses rows that another transaction is changing.
 *
 * <p><b>The clock rule.</b> The database's clock decides what has lapsed. A separate statement reads it after the locks are
 * acquired. The start of the transaction ({@code now()}) may be seconds earlier and would let a buyer confirm a reservation
 * that lapsed during the wait.
 *
 * <p><b>When a hold lapses, the seat is free at once.</b> {@code held_until} and {@code expires_at} decide, not the sweeper. A
 * transaction that takes over a lapsed seat locks only the seat, never its former reservation, whose lock comes earlier in the
 * order. That reservation stays {@code PENDING} until the sweeper marks it, and every reader treats it as expired. A late
 * payment that gets the seats back follows this, too: it locks the lapsed reservation and its seats, never the lapsed reservation of somebody else
 * that a seat still names.
 *
 * <p>Expected refusals are values ({@link seatlock.inventory.Outcome.Refused}); an exception is a bug or a broken database.
 */
package seatlock.inventory;
