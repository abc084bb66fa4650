/**
 * What is counted and measured, for Prometheus to fetch at {@code /metrics}.
 *
 * <p>{@link seatlock.metrics.Metrics} is handed to whoever has something to tell; there is no registry to be found by name.
 * It knows nothing of what it counts.
 */
package seatlock.metrics;
