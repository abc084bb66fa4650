package seatlock.mail;

import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.tickets.Ticket;

/** The mails to the new and to the former holder of a ticket that was transferred, in the look of {@link TicketMail}. */
public final class TransferMails {

    private static final DateTimeFormatter DATE_AND_TIME =
            DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu, HH:mm zzz", Locale.UK);

    private static final String HTML = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
            <title>%1$s</title>
            <style>
            :root { color-scheme: light dark }
            @media (prefers-color-scheme: dark) {
              .paper { background: #0f1322 !important } .card { background: #171c33 !important }
              .ink, .ink a { color: #f3f1ea !important } .pale { color: #a9afbd !important }
            }
            </style></head>
            <body class="paper" style="margin:0;padding:0;background:#f7f5f0">
            <table role="presentation" class="paper" width="100%%" cellpadding="0" cellspacing="0" bgcolor="#f7f5f0" \
            style="background:#f7f5f0;font:16px/1.5 system-ui,'Segoe UI',Roboto,sans-serif"><tr><td align="center" \
            style="padding:24px 12px">
            <p dir="auto" class="ink" style="max-width:560px;margin:0 0 16px;color:#171c33;text-align:left;overflow-wrap:anywhere">%2$s</p>
            <table role="presentation" width="100%%" cellpadding="0" cellspacing="0" style="max-width:560px;text-align:left">
            <tr><td bgcolor="#171c33" style="background:#171c33;border-bottom:4px solid #f2b134;border-radius:14px 14px 0 0;padding:24px">
            <h1 dir="auto" style="margin:0 0 4px;font-size:24px;line-height:1.2;color:#ffffff;overflow-wrap:anywhere">%3$s</h1>
            <p dir="auto" style="margin:0;font-weight:600;color:#f2b134;overflow-wrap:anywhere">%4$s</p>
            <p style="margin:0;color:#cfd3e0">%5$s</p></td></tr>
            <tr><td class="card ink" bgcolor="#ffffff" style="background:#ffffff;color:#171c33;border-radius:0 0 14px 14px;padding:16px 24px 24px">
            <p style="margin:0 0 16px"><strong dir="auto" style="overflow-wrap:anywhere">%6$s</strong><br>\
            <span class="pale" style="font-size:13px;color:#5b6270">Ticket %7$s</span></p>
            <p style="margin:0">%8$s</p></td></tr></table>
            <p class="ink" style="max-width:560px;margin:16px 0 0;color:#171c33;text-align:left">Questions? \
            Reply to this mail, or write to <a href="mailto:%9$s" style="color:#171c33">%9$s</a>.</p>
            </td></tr></table></body></html>
            """;

    private static final String TEXT = """
            %s

            %s
            %s
            %s

            %s, ticket %s

            %s

            Questions? Reply to this mail, or write to %s.
            """;

    private TransferMails() {}

    /**
     * Writes the mail with a ticket to the person to whom it was transferred.
     *
     * @param ticket the new one
     * @param document its PDF
     * @param job identifies the mail: a repeated job writes a mail with the same Message-ID
     * @param contact address that people can write to
     */
    public static Mailer.Mail toNewHolder(Event event, Ticket ticket, byte[] document, UUID job, String contact) {
        return mail(
                ticket.transferredTo().email(),
                "Your ticket for " + event.name(),
                "Hello " + ticket.transferredTo().name() + ", a ticket was transferred to you. It is attached.",
                "At the entrance, please show the code on your ticket, on paper or on your phone."
                        + " Valid for one entry. Please do not share the code.",
                event,
                ticket,
                contact,
                job,
                List.of(new Mailer.Attachment("ticket-" + ticket.id().number() + ".pdf", document)));
    }

    /**
     * Writes the mail that tells the former holder of a ticket that it is void. It has no code, and does not name the new holder.
     *
     * @param ticket the former one
     * @param email of its holder
     */
    public static Mailer.Mail toFormerHolder(Event event, Ticket ticket, String email, UUID job, String contact) {
        return mail(
                email,
                "Your ticket for " + event.name() + " was transferred",
                "Your ticket was transferred to somebody else. It is void and no longer admits anybody.",
                "If you did not ask for this, please write to us at once.",
                event,
                ticket,
                contact,
                job,
                List.of());
    }

    private static Mailer.Mail mail(
            String to,
            String subject,
            String opening,
            String advice,
            Event event,
            Ticket ticket,
            String contact,
            UUID job,
            List<Mailer.Attachment> attachments) {
        var when = DATE_AND_TIME.format(event.startsAt().atZone(event.timeZone()));
        var seat = ticket.seat().label();
        var number = ticket.id().number();
        var text = String.format(
                Locale.ROOT, TEXT, opening, event.name(), event.venue(), when, seat, number, advice, contact);
        var html = String.format(
                Locale.ROOT,
                HTML,
                TicketMail.escape(subject),
                TicketMail.escape(opening),
                TicketMail.escape(event.name()),
                TicketMail.escape(event.venue()),
                TicketMail.escape(when),
                TicketMail.escape(seat),
                number,
                advice,
                TicketMail.escape(contact));
        return new Mailer.Mail(to, subject, text, html, job.toString(), attachments);
    }
}
