/**
 * Metrics, which Prometheus scrapes at {@code /metrics}.
 *
 * <p>{@link seatlock.metrics.Metrics} is passed to every class that reports something; there is no global registry. The package
 * knows nothing of what it counts.
 */
package seatlock.metrics;
