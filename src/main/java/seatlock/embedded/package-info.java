/**
 * PostgreSQL 16 and Redis 7 bundled with the jar, for use when no address is configured: on a developer's machine, in tests,
 * for the demo, or for a small venue. They are durable (fsync and AOF are on), listen only on the loopback address, and require a
 * password that is stored in the home directory.
 *
 * <p>A killed JVM leaves them running. The next start with the same home directory finds the processes that run executables of
 * that directory, and stops them in an orderly way before it starts its own. A start that fails or is interrupted stops what it
 * has started; a failure names the file and the remedy ({@link seatlock.embedded.UnusableHome}).
 */
package seatlock.embedded;
