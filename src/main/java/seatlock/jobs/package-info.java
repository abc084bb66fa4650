/**
 * Background jobs as rows in PostgreSQL. A job is written in the transaction that makes it necessary, with its state, attempts,
 * next attempt and lease. The core adds jobs here; {@code workers} does them.
 */
package seatlock.jobs;
