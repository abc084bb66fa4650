package seatlock.mail;

import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation;

/**
 * A mail about an event in the look of its tickets: a sentence, the event, and some paragraphs.
 *
 * @param subject also the title
 * @param opening before the event
 * @param paragraphs after the event, each a line of text
 */
record Letter(String subject, String opening, List<String> paragraphs) {

    private static final DateTimeFormatter DATE_AND_TIME =
            DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu, HH:mm zzz", Locale.UK);

    /** See the comment on that of {@link TicketMail}. */
    private static final String HTML = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
            <title>%s</title>
            <style>
            :root { color-scheme: light dark }
            @media (prefers-color-scheme: dark) {
              .paper { background: #0f1322 !important } .card { background: #171c33 !important }
              .ink, .ink a { color: #f3f1ea !important }
            }
            </style></head>
            <body class="paper" style="margin:0;padding:0;background:#f7f5f0">
            <table role="presentation" class="paper" width="100%%" cellpadding="0" cellspacing="0" bgcolor="#f7f5f0" \
            style="background:#f7f5f0;font:16px/1.5 system-ui,'Segoe UI',Roboto,sans-serif"><tr><td align="center" \
            style="padding:24px 12px">
            <p class="ink" style="max-width:560px;margin:0 0 16px;color:#171c33;text-align:left">%s</p>
            <table role="presentation" width="100%%" cellpadding="0" cellspacing="0" style="max-width:560px;text-align:left">
            <tr><td bgcolor="#171c33" style="background:#171c33;border-bottom:4px solid #f2b134;\
            border-radius:14px 14px 0 0;padding:24px">
            <h1 dir="auto" style="margin:0 0 4px;font-size:24px;line-height:1.2;color:#ffffff;overflow-wrap:anywhere">%s</h1>
            <p dir="auto" style="margin:0;font-weight:600;color:#f2b134;overflow-wrap:anywhere">%s</p>
            <p style="margin:0;color:#cfd3e0">%s</p></td></tr>
            <tr><td class="card ink" bgcolor="#ffffff" style="background:#ffffff;color:#171c33;\
            border-radius:0 0 14px 14px;padding:16px 24px 8px">
            %s<p style="margin:0 0 16px">Order <strong>%s</strong></p></td></tr></table>
            <p class="ink" style="max-width:560px;margin:16px 0 0;color:#171c33;text-align:left">Questions about your order? \
            Reply to this mail, or write to <a href="mailto:%s" style="color:#171c33">%s</a>.</p>
            </td></tr></table></body></html>
            """;

    /**
     * Writes the mail to the buyer of a reservation.
     *
     * @param job identifies the mail: a repeated job writes a mail with the same Message-ID
     * @param contact address that the buyer can write to
     */
    Mailer.Mail to(
            Event event, Reservation reservation, UUID job, String contact, List<Mailer.Attachment> attachments) {
        var when = DATE_AND_TIME.format(event.startsAt().atZone(event.timeZone()));
        var number = reservation.reference().value();
        var text = String.format(
                Locale.ROOT,
                """
                %s

                %s
                %s
                %s

                %s

                Order: %s

                Questions about your order? Reply to this mail, or write to %s.
                """,
                opening,
                event.name(),
                event.venue(),
                when,
                String.join("\n\n", paragraphs),
                number,
                contact);
        var html = String.format(
                Locale.ROOT,
                HTML,
                escape(subject),
                escape(opening),
                escape(event.name()),
                escape(event.venue()),
                escape(when),
                paragraphs.stream()
                        .map(paragraph -> "<p dir=\"auto\" style=\"margin:0 0 16px;overflow-wrap:anywhere\">"
                                + escape(paragraph) + "</p>\n")
                        .collect(Collectors.joining()),
                number,
                escape(contact),
                escape(contact));
        return new Mailer.Mail(reservation.buyer().email(), subject, text, html, job.toString(), attachments);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
