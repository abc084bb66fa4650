/**
 * Tickets: the right to a seat, from the transaction that confirms to the gate.
 *
 * <p>A ticket is a row, made when its reservation is confirmed, together with the job that makes its document and mails
 * it. Its code ({@link seatlock.tickets.TicketCode}) is signed, so that a gate can verify it without asking; checking in
 * takes the row's lock, so that it is used once.
 */
package seatlock.tickets;
