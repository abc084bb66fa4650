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

/** The mail that brings a buyer his tickets. */
public final class TicketMail {

    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu, HH:mm zzz", Locale.UK);

    private TicketMail() {}

    /**
     * @param job names the mail: sent again by the same job, it is the same mail
     * @param documents of the tickets, in their order
     */
    public static Mailer.Mail of(
            Event event, Reservation reservation, List<Ticket> tickets, List<byte[]> documents, UUID job) {
        var seats = tickets.stream().map(ticket -> ticket.seat().label()).collect(Collectors.joining(", "));
        var when = WHEN.format(event.startsAt().atZone(event.timeZone()));
        var total = Amounts.format(reservation.total(), event.currency());
        var count = tickets.size() == 1 ? "Your ticket is" : "Your " + tickets.size() + " tickets are";

        var text = """
                %s attached.

                %s
                %s
                %s

                Seats: %s
                Paid: %s
                Reservation: %s

                Show the code on the ticket at the entrance, on paper or on a phone. It lets one person in, once, so do
                not pass it on.
                """.formatted(count, event.name(), event.venue(), when, seats, total, reservation.id());
        var html = """
                <!doctype html>
                <html lang="en"><body style="font-family:sans-serif;color:#171c33">
                <p>%s attached.</p>
                <h1 style="font-size:22px;margin:0">%s</h1>
                <p style="margin:4px 0 16px">%s<br>%s</p>
                <p>Seats: <strong>%s</strong><br>Paid: %s<br>Reservation: %s</p>
                <p>Show the code on the ticket at the entrance, on paper or on a phone.
                It lets one person in, once, so do not pass it on.</p>
                </body></html>
                """.formatted(
                        count,
                        escape(event.name()),
                        escape(event.venue()),
                        escape(when),
                        escape(seats),
                        total,
                        reservation.id());
        var attachments = new ArrayList<Mailer.Attachment>();
        for (int i = 0; i < tickets.size(); i++) {
            attachments.add(
                    new Mailer.Attachment("ticket-" + tickets.get(i).id().number() + ".pdf", documents.get(i)));
        }
        var messageId = job + "@" + event.id() + ".seatlock";
        return new Mailer.Mail(
                reservation.buyer().email(), "Your tickets: " + event.name(), text, html, messageId, attachments);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
