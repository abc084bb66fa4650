/** Limits on conversations with other servers, none of which can be trusted to be quick or brief. */
package seatlock.net;
