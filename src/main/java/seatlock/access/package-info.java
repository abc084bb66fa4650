/**
 * Who may call what: the API's keys.
 *
 * <p>A key has a role, and is for all events or for some. What each route wants is said where the routes are, in {@code
 * http.Routes}.
 */
package seatlock.access;
