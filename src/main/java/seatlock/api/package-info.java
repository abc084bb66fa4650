/**
 * The REST API: every route on one screen ({@link seatlock.api.Routes}), handlers that parse a request once and answer it, the
 * JSON shapes, and who may call what how often.
 *
 * <p>A request goes one way: the route, its handler, and for whatever changes who has a seat {@link seatlock.sales.Checkout},
 * which opens the transaction and calls {@link seatlock.inventory.Inventory}. Each group of handlers implements an interface that
 * describes its operations for the OpenAPI document.
 */
package seatlock.api;
