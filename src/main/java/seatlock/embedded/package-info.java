/**
 * PostgreSQL 16 and Redis 7 that the jar brings itself, for where no address is configured: a developer's machine, a
 * test, a demo, a small shop. They are durable (fsync on, AOF on), listen on the loopback address only, and want a
 * password that is kept in the home directory.
 *
 * <p>A JVM that is killed leaves them running. The next start on the same home finds them by the pid files they keep
 * there, makes sure that they run from there, and stops them in good order before it starts its own.
 */
package seatlock.embedded;
