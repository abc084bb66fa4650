package seatlock.mail;

import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import seatlock.catalog.Amounts;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation;
import seatlock.tickets.Ticket;

/** The mail with the tickets of a buyer. */
public final class TicketMail {

    private static final DateTimeFormatter DATE_AND_TIME =
            DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu, HH:mm zzz", Locale.UK);

    /**
     * The look of the ticket. Many mail programs read only inline styles; those that know dark mode get its colours from the
     * style sheet, and the others may invert these safely, because every text has a background of its own.
     */
    private static final String HTML = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
            <title>Your tickets</title>
            <style>
            :root { color-scheme: light dark }
            @media (prefers-color-scheme: dark) {
              .paper { background: #0f1322 !important } .card { background: #171c33 !important }
              .ink, .ink a { color: #f3f1ea !important } .pale { color: #a9afbd !important }
              .line { border-color: #2c3350 !important }
            }
            </style></head>
            <body class="paper" style="margin:0;padding:0;background:#f7f5f0">
            <table role="presentation" class="paper" width="100%%" cellpadding="0" cellspacing="0" bgcolor="#f7f5f0" style="background:#f7f5f0;font:16px/1.5 system-ui,'Segoe UI',Roboto,sans-serif"><tr><td align="center" style="padding:24px 12px">
            <p class="ink" style="max-width:560px;margin:0 0 16px;color:#171c33;text-align:left">Thank you for your order. %s</p>
            <table role="presentation" width="100%%" cellpadding="0" cellspacing="0" style="max-width:560px;text-align:left">
            <tr><td bgcolor="#171c33" style="background:#171c33;border-bottom:4px solid #f2b134;border-radius:14px 14px 0 0;padding:24px">
            <h1 dir="auto" style="margin:0 0 4px;font-size:24px;line-height:1.2;color:#ffffff;overflow-wrap:anywhere">%s</h1>
            <p dir="auto" style="margin:0;font-weight:600;color:#f2b134;overflow-wrap:anywhere">%s</p>
            <p style="margin:0;color:#cfd3e0">%s</p></td></tr>
            <tr><td class="card ink" bgcolor="#ffffff" style="background:#ffffff;color:#171c33;border-radius:0 0 14px 14px;padding:16px 24px 24px">
            <table width="100%%" cellpadding="0" cellspacing="0" class="ink" style="color:#171c33;border-collapse:collapse">
            %s<tr><td style="padding:12px 0"><strong>Paid</strong></td>
            <td align="right" style="padding:12px 0"><strong>%s</strong></td></tr></table>
            <p style="margin:0 0 16px">Order <strong>%s</strong></p>
            <p style="margin:0 0 8px">At the entrance, please show the code on %s, on paper or on your phone.</p>
            <p class="pale" style="margin:0;color:#5b6270">%s</p></td></tr></table>
            <p class="ink" style="max-width:560px;margin:16px 0 0;color:#171c33;text-align:left">Questions about your order? Reply to this mail, or write to <a href="mailto:%s" style="color:#171c33">%s</a>.</p>
            </td></tr></table></body></html>
            """;

    private TicketMail() {}

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
        var when = DATE_AND_TIME.format(event.startsAt().atZone(event.timeZone()));
        var total = Amounts.format(reservation.total(), event.currencyCode());
        var isOne = tickets.size() == 1;
        var attached = isOne ? "Your ticket is attached." : "Your " + tickets.size() + " tickets are attached.";
        var show = isOne ? "your ticket" : "each ticket";
        var use = isOne
                ? "Valid for one entry. Please do not share the code."
                : "Each ticket is valid for one entry. Please do not share the codes.";

        var lines = tickets.stream().map(ticket -> textLine(event, ticket)).collect(Collectors.joining());
        var number = reservation.reference().value();
        var text = String.format(
                Locale.ROOT,
                """
                Thank you for your order. %s

                %s
                %s
                %s

                %s
                Paid: %s
                Order: %s

                At the entrance, please show the code on %s, on paper or on your phone.
                %s

                Questions about your order? Reply to this mail, or write to %s.

                Enjoy the event!
                """,
                attached,
                event.name(),
                event.venue(),
                when,
                lines,
                total,
                number,
                show,
                use,
                contact);
        var rows = tickets.stream().map(ticket -> htmlRow(event, ticket)).collect(Collectors.joining());
        var html = String.format(
                Locale.ROOT,
                HTML,
                attached,
                escape(event.name()),
                escape(event.venue()),
                escape(when),
                rows,
                total,
                number,
                show,
                use,
                escape(contact),
                escape(contact));
        var attachments = new ArrayList<Mailer.Attachment>();
        for (int i = 0; i < tickets.size(); i++) {
            attachments.add(
                    new Mailer.Attachment("ticket-" + tickets.get(i).id().number() + ".pdf", documents.get(i)));
        }
        var subject = (isOne ? "Your ticket for " : "Your tickets for ") + event.name();
        return new Mailer.Mail(reservation.buyer().email(), subject, text, html, job.toString(), attachments);
    }

    private static String textLine(Event event, Ticket ticket) {
        return String.format(
                Locale.ROOT,
                "%s, %s, ticket %s\n",
                ticket.seat().label(),
                Amounts.format(ticket.price(), event.currencyCode()),
                ticket.id().number());
    }

    private static String htmlRow(Event event, Ticket ticket) {
        return String.format(
                Locale.ROOT,
                """
                <tr><td class="line" style="padding:12px 12px 12px 0;border-bottom:1px solid #dcd8cf">\
                <strong dir="auto" style="overflow-wrap:anywhere">%s</strong><br>\
                <span class="pale" style="font-size:13px;color:#5b6270">Ticket %s</span></td>
                <td class="line" align="right" style="padding:12px 0;border-bottom:1px solid #dcd8cf;white-space:nowrap">%s</td></tr>
                """,
                escape(ticket.seat().label()),
                ticket.id().number(),
                Amounts.format(ticket.price(), event.currencyCode()));
    }

    /** Returns a text as HTML. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
