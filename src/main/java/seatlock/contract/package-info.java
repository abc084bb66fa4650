/**
 * The contract of the API: the JSON of requests and responses, and the description of each operation for OpenAPI. The handlers are
 * in {@code seatlock.api}.
 */
package seatlock.contract;
