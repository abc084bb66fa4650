/**
 * API keys and their roles.
 *
 * <p>A key has a role and is for all events or for some. The rule of each route is declared in {@code api.Routes}.
 */
package seatlock.access;
