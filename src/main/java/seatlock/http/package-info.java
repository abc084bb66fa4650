/**
 * The edge to Javalin and Jetty: listening, reading bodies, JSON, problems (RFC 9457), health. It knows nothing of the domain:
 * the routes that it serves are handed to it.
 *
 * <p>Nothing that a client sends may end in a 500.
 */
package seatlock.http;
