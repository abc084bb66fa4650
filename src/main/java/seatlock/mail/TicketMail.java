package seatlock.mail;

import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation;
import seatlock.tickets.Amounts;
import seatlock.tickets.Ticket;

/** The mail with the tickets of a buyer. */
public final class TicketMail {

    private static final DateTimeFormatter DATE_AND_TIME =
            DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu, HH:mm zzz", Locale.UK);

    private TicketMail() {}

    /**
     * Writes the mail for a reservation.
     *
     * @param documents PDFs of the tickets, in the same order
     * @param job identifies the mail: a repeated job writes a mail with the same Message-ID
     */
    public static Mailer.Mail of(
            Event event, Reservation reservation, List<Ticket> tickets, List<byte[]> documents, UUID job) {
        var seats = tickets.stream().map(ticket -> ticket.seat().label()).collect(Collectors.joining(", "));
        var when = DATE_AND_TIME.format(event.startsAt().atZone(event.timeZone()));
        var total = Amounts.format(reservation.total(), event.currency());
        var isOne = tickets.size() == 1;
        var attached = isOne ? "Your ticket is attached." : "Your " + tickets.size() + " tickets are attached.";
        var seat = isOne ? "Seat" : "Seats";
        var show = isOne ? "your ticket" : "each ticket";
        var use = isOne
                ? "Valid for one entry. Please do not share the code."
                : "Each ticket is valid for one entry. Please do not share the codes.";

        var text = String.format(
                Locale.ROOT,
                """
                Thank you for your order. %s

                %s
                %s
                %s

                %s: %s
                Paid: %s
                Reservation: %s

                At the entrance, please show the code on %s, on paper or on your phone.
                %s

                Enjoy the event!
                """,
                attached,
                event.name(),
                event.venue(),
                when,
                seat,
                seats,
                total,
                reservation.id(),
                show,
                use);
        var html = String.format(
                Locale.ROOT,
                """
                <!doctype html>
                <html lang="en"><body style="font-family:sans-serif;color:#171c33">
                <p>Thank you for your order. %s</p>
                <h1 style="font-size:22px;margin:0">%s</h1>
                <p style="margin:4px 0 16px">%s<br>%s</p>
                <p>%s: <strong>%s</strong><br>Paid: %s<br>Reservation: %s</p>
                <p>At the entrance, please show the code on %s, on paper or on your phone.
                %s</p>
                <p>Enjoy the event!</p>
                </body></html>
                """,
                attached,
                escape(event.name()),
                escape(event.venue()),
                escape(when),
                seat,
                escape(seats),
                total,
                reservation.id(),
                show,
                use);
        var attachments = new ArrayList<Mailer.Attachment>();
        for (int i = 0; i < tickets.size(); i++) {
            attachments.add(
                    new Mailer.Attachment("ticket-" + tickets.get(i).id().number() + ".pdf", documents.get(i)));
        }
        var messageId = job + "@" + event.id() + ".seatlock";
        var subject = (isOne ? "Your ticket for " : "Your tickets for ") + event.name();
        return new Mailer.Mail(reservation.buyer().email(), subject, text, html, messageId, attachments);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
