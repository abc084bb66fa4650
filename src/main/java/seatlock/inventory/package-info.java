/**
 * Who has which seat now. This is what Seatlock is for: read it first.
 *
 * <p><b>One way.</b> A seat changes hands in {@link seatlock.inventory.Inventory#apply} and nowhere else: lock, read the
 * clock, decide, write. The method takes a list of commands for one event inside the caller's transaction; a list of one is
 * the simple case.
 *
 * <p><b>The lock order</b>, everywhere: quotas by subject → reservations by id → seats by id → idempotency keys (sorted).
 * Transactions that acquire locks in one order cannot deadlock. Rows are locked by their id and judged afterwards, in Java: a
 * {@code WHERE status = 'AVAILABLE'} in the locking statement silently loses the rows that another transaction changes
 * meanwhile.
 *
 * <p><b>The clock rule.</b> The database's clock decides what has lapsed, read by its own statement once the locks are held.
 * The start of the transaction ({@code now()}) may be seconds ago by then, and would let a buyer confirm a reservation that
 * lapsed during the wait.
 *
 * <p><b>A lapsed hold is free at once.</b> Seats and reservations are judged by {@code held_until} and {@code expires_at}, not
 * by whether the sweeper has marked them. A transaction that takes over a lapsed seat locks the seat only, never the
 * reservation that had it (whose lock comes earlier in the order): that reservation stays {@code PENDING} until the sweeper
 * marks it, and every reader sees that it has lapsed.
 *
 * <p>Expected refusals are values ({@link seatlock.inventory.Outcome.Refused}); an exception is a bug or a broken database.
 */
package seatlock.inventory;
