/**
 * The edge to Javalin and Jetty: listening, reading bodies, JSON, problems (RFC 9457), health. It knows nothing about the
 * domain; callers add the routes.
 *
 * <p>Nothing that a client sends may cause a 500.
 */
package seatlock.http;
