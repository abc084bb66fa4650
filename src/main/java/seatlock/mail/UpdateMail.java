package seatlock.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation;
import seatlock.tickets.Ticket;

/** The mail that tells a buyer what the tickets of an event say after a change, with the new tickets. */
public final class UpdateMail {

    private UpdateMail() {}

    /**
     * Writes the mail for a reservation.
     *
     * @param documents PDFs of the tickets, in the same order
     * @param job identifies the mail: a repeated job writes a mail with the same Message-ID
     * @param contact address that the buyer can write to
     */
    public static Mailer.Mail of(
            Event event,
            Reservation reservation,
            List<Ticket> tickets,
            List<byte[]> documents,
            UUID job,
            String contact) {
        var isOne = tickets.size() == 1;
        var attachments = new ArrayList<Mailer.Attachment>();
        for (int i = 0; i < tickets.size(); i++) {
            attachments.add(
                    new Mailer.Attachment("ticket-" + tickets.get(i).id().number() + ".pdf", documents.get(i)));
        }
        // Further attachments, such as a calendar entry, are added here.
        var replaced = isOne
                ? "Your new ticket is attached. It replaces the one that you have."
                : "Your " + tickets.size() + " new tickets are attached. They replace those that you have.";
        return new Letter(
                        "Changed: " + event.name(),
                        "Your event has changed. This is what applies now:",
                        List.of(replaced))
                .to(event, reservation, job, contact, attachments);
    }
}
