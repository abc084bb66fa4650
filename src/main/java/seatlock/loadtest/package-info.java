/**
 * Load-tests a running server over HTTP and checks its responses.
 *
 * <p>Three guarantees: every request is counted under its outcome, and none is dropped silently; latency is measured from
 * the time a request was due, so a stalled server cannot hide its delay; and at the end the server's seat maps and
 * reservations are compared with every response it gave. The package knows only the API, none of the server's code.
 *
 * <p>The test may share a machine with the server, so each request costs little: no JSON tree, no thread of its own.
 * {@link seatlock.loadtest.LoadTest#run} is the entry point.
 */
package seatlock.loadtest;
