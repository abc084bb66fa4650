/** How the log looks, and how much of it there is. What it says is up to those who write it. */
package seatlock.logging;
