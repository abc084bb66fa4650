/** The addresses of other servers, and limits on conversations with them: none can be trusted to be quick or brief. */
package seatlock.net;
