/**
 * The REST API: every route on one screen ({@link seatlock.api.Routes}), handlers that parse a request once and respond to
 * it, the JSON shapes, access rules and rate limits.
 *
 * <p>A request passes through its route, its handler and, if it changes seats, {@link seatlock.sales.Checkout}, which opens the
 * transaction and calls {@link seatlock.inventory.Inventory}. Each group of handlers implements an interface that
 * describes its operations for the OpenAPI document.
 */
package seatlock.api;
