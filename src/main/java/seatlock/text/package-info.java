/** Rules for texts from clients. */
package seatlock.text;
