/** The OpenAPI document of the API, with its examples. */
package seatlock.openapi;
