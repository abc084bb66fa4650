/**
 * The edge to HTTP, by Javalin: every route on one screen ({@link seatlock.http.HttpServer}), handlers that parse once
 * and answer, and the problems (RFC 9457) that say no.
 *
 * <p>From here a request goes one way: the route, its handler, and for whatever may change a seat the {@link
 * seatlock.http.BoxOffice}, which opens the transaction and calls {@link seatlock.inventory.Inventory}.
 *
 * <p>Nothing a client sends may end in a 500.
 */
package seatlock.http;
