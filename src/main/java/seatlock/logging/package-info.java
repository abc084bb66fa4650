/** Configures the format and the level of the log. */
package seatlock.logging;
