/**
 * Tickets, from the confirmation of a reservation to the gate.
 *
 * <p>The transaction that confirms a reservation inserts its tickets, and the job that creates and mails their documents. A
 * ticket's code ({@link seatlock.tickets.TicketCode}) is signed, so a gate can verify it offline. Check-in locks the
 * ticket's row, so a ticket can be used only once.
 */
package seatlock.tickets;
