/**
 * Background jobs as rows in PostgreSQL, with their state, attempts, next attempt and lease. A job is inserted in the
 * transaction that makes it necessary. The core adds jobs here; {@code workers} runs them.
 */
package seatlock.jobs;
