/**
 * Asks a Seatlock that runs for much, over HTTP, and then holds it to what it has answered.
 *
 * <p>What it promises: every request is counted, under what became of it, and none is dropped in silence; latency is
 * measured from when a request was due, so that a server that stalls does not hide it by being asked less; and at the end
 * the server's seat map and reservations are compared with every answer it gave. It knows nothing of the server's code,
 * only its API.
 *
 * <p>It may share the machine with the server, so what is done for each request is little: no tree of JSON, no thread of
 * its own. {@link seatlock.loadtest.LoadTest#run} is the way in, for the command line as for others.
 */
package seatlock.loadtest;
