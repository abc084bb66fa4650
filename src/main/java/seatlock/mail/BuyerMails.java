package seatlock.mail;

import java.nio.charset.StandardCharsets;
import java.text.NumberFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.Amounts;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Organiser;
import seatlock.inventory.Bill;
import seatlock.inventory.Reservation;
import seatlock.inventory.Reservation.ReservedSeat;
import seatlock.inventory.ReservationStatus;
import seatlock.inventory.ReservationToken;
import seatlock.payments.Payment;
import seatlock.payments.Verdict;
import seatlock.text.Messages;
import seatlock.tickets.CalendarFile;
import seatlock.tickets.Naming;
import seatlock.tickets.Ticket;

/**
 * Writes the mails about a reservation, in the language of its buyer. Replies go to the organiser of the event, if the event
 * names an address.
 *
 * <p>Each mail takes the id of its job: a job that is repeated sends a mail with the same Message-ID. Documents are the PDFs of the
 * tickets, in the same order.
 */
public final class BuyerMails {

    private final Event event;
    private final Naming naming;
    private final Reservation reservation;
    private final Messages words;
    private final Optional<String> replyTo;
    private final String contact;
    private final Optional<String> pages;
    private final Instant now;

    /**
     * @param contact address that buyers can write to if the event has none
     * @param pages URL below which the pages are, without a slash at the end; empty if mails cannot link to them
     * @param now the database's clock
     */
    public BuyerMails(
            Event event, Naming naming, Reservation reservation, String contact, Optional<String> pages, Instant now) {
        this.event = event;
        this.naming = naming;
        this.reservation = reservation;
        this.words = Messages.in(reservation.buyer().language(), event.details().language());
        this.replyTo = event.details().organiser().flatMap(Organiser::email);
        this.contact = replyTo.orElse(contact);
        this.pages = pages;
        this.now = now;
    }

    /** Writes the mail with the tickets after a purchase. */
    public Mailer.Mail tickets(List<Ticket> tickets, List<byte[]> documents, UUID job) {
        var count = tickets.size();
        var letter = letter(reservation.buyer().name(), words.plural("ticket.intro", count));
        bill(letter, tickets);
        letter.fact("label.order", reservation.reference().value());
        letter.note(words.plural("ticket.entrance", count));
        letter.smallPrint(words.plural(Ticket.useOf(event), count));
        orderLink(letter);
        contact(letter);
        letter.closing(words.get("ticket.closing"));
        var subject = words.plural("ticket.subject", count, "event", event.name());
        return mail(reservation.buyer().email(), subject, letter, job, attachments(tickets, documents));
    }

    /**
     * Writes the mail about a change of the event, such as another start.
     *
     * @param tickets of one person, the buyer or another holder, as they are from now on
     */
    public Mailer.Mail update(List<Ticket> tickets, List<byte[]> documents, UUID job) {
        var to = recipient(tickets);
        var letter = letter(to.name, words.get("update.intro"));
        lines(letter, tickets);
        if (to.isBuyer) {
            letter.fact("label.order", reservation.reference().value());
        }
        letter.note(words.plural("update.tickets", tickets.size()));
        letter.note(words.get("update.calendar"));
        if (to.isBuyer) {
            orderLink(letter);
        }
        contact(letter);
        var subject = words.get("update.subject", "event", event.name());
        return mail(to.email, subject, letter, job, attachments(tickets, documents));
    }

    /**
     * Writes the mail about a cancelled event, whose tickets are no longer valid.
     *
     * @param tickets of one person, the buyer or another holder; none for a buyer that has transferred all of them
     * @param isRefunded whether the buyer gets the total back
     * @param isAsPaid as in {@link #refund}
     * @param reason for the buyer to read, in the organiser's words; empty if none was given
     */
    public Mailer.Mail cancellation(
            List<Ticket> tickets, boolean isRefunded, boolean isAsPaid, Optional<String> reason, UUID job) {
        var to = recipient(tickets);
        var letter = letter(to.name, words.get("cancellation.intro"));
        lines(letter, tickets);
        if (to.isBuyer) {
            letter.fact("label.order", reservation.reference().value());
        }
        reason.ifPresent(text -> letter.fact("label.reason", text));
        if (!tickets.isEmpty()) {
            letter.note(words.plural("cancellation.tickets", tickets.size()));
        }
        if (to.isBuyer && reservation.refundOfRest() > 0 && (isAsPaid || !isRefunded)) {
            letter.note(
                    isRefunded
                            ? words.get("cancellation.refund", "amount", amount(reservation.refundOfRest()))
                            : words.get("cancellation.noRefund"));
        }
        if (to.isBuyer) {
            orderLink(letter);
        }
        contact(letter);
        var subject = words.get("cancellation.subject", "event", event.name());
        return mail(to.email, subject, letter, job, List.of(calendar(tickets)));
    }

    /**
     * Writes the mail to the buyer about seats that were given back while the reservation kept others.
     *
     * @param seats given back at one time
     * @param isAsPaid whether what they have cost is given back, so that each line says it; otherwise the seller has decided another
     *     amount, which the mail leaves out
     */
    public Mailer.Mail refund(List<ReservedSeat> seats, boolean isAsPaid, UUID job) {
        var letter = letter(reservation.buyer().name(), words.plural("refund.intro", seats.size()));
        var breakdown = reservation.breakdown();
        for (var seat : seats) {
            letter.line(seat.label(), "", isAsPaid ? amount(breakdown.refundOf(seat)) : "");
        }
        letter.fact("label.order", reservation.reference().value());
        var refund = seats.stream().mapToLong(breakdown::refundOf).sum();
        if (isAsPaid && refund > 0) {
            letter.note(words.get("cancellation.refund", "amount", amount(refund)));
        }
        if (reservation.status() == ReservationStatus.CONFIRMED && event.status() != Event.Status.CANCELLED) {
            letter.note(words.get("refund.remaining"));
        }
        orderLink(letter);
        contact(letter);
        var subject = words.get("refund.subject", "event", event.name());
        return mail(reservation.buyer().email(), subject, letter, job, List.of());
    }

    /**
     * Writes the mail to another holder about tickets whose seats were given back. It names neither prices nor the order.
     *
     * @param tickets of one person other than the buyer
     */
    public Mailer.Mail refundOfTransferred(List<Ticket> tickets, UUID job) {
        var to = recipient(tickets);
        var letter = letter(to.name, words.plural("refund.intro", tickets.size()));
        lines(letter, tickets);
        contact(letter);
        var subject = words.get("refund.subject", "event", event.name());
        return mail(to.email, subject, letter, job, List.of());
    }

    /**
     * Writes the mail to the buyer about a payment that does not pay for the reservation.
     *
     * @param payment that confirms nothing, or whose money the bank did not move
     */
    public Mailer.Mail paymentReturned(Payment payment, UUID job) {
        var paid = amount(payment.captured() > 0 ? payment.captured() : payment.amount());
        var letter = letter(reservation.buyer().name(), whyReturned(payment, paid));
        letter.fact("label.order", reservation.reference().value());
        letter.note(
                switch (payment.status()) {
                    case CAPTURED -> words.get("cancellation.refund", "amount", paid);
                    case VOIDED -> words.get("payment.notCharged");
                    case CREATED, OPEN, CLOSED, AUTHORIZED -> words.get("payment.released");
                });
        if (payment.confirms() || payment.verdict().equals(Optional.of(Verdict.LATE))) {
            letter.note(words.get("payment.again"));
        }
        orderLink(letter);
        contact(letter);
        var subject = words.get("payment.subject", "event", event.name());
        return mail(reservation.buyer().email(), subject, letter, job, List.of());
    }

    private String whyReturned(Payment payment, String paid) {
        return switch (payment.verdict().orElseThrow()) {
            case CONFIRMS -> words.get("payment.lost", "amount", paid);
            case LATE -> words.get("payment.late", "amount", paid);
            case DUPLICATE -> words.get("payment.duplicate", "amount", paid);
            case WRONG_AMOUNT -> words.get("payment.wrongAmount", "amount", amount(payment.amount()));
            case UNWANTED -> words.get("payment.unwanted", "amount", paid);
        };
    }

    /**
     * Writes the mail to the new holder of a ticket that was transferred. It names neither its price nor its order, which are
     * the buyer's.
     */
    public Mailer.Mail transfer(Ticket ticket, byte[] document, UUID job) {
        var to = recipient(List.of(ticket));
        var letter = letter(to.name, words.get("transfer.intro"));
        letter.line(seat(ticket), number(ticket), "");
        letter.note(words.plural("ticket.entrance", 1));
        letter.smallPrint(words.plural(Ticket.useOf(event), 1));
        contact(letter);
        letter.closing(words.get("ticket.closing"));
        var subject = words.get("transfer.subject", "event", event.name());
        return mail(to.email, subject, letter, job, attachments(List.of(ticket), List.of(document)));
    }

    /**
     * Writes the mail to the former holder of a ticket that was transferred. It does not name the new one.
     *
     * @param ticket the former one, which is void
     */
    public Mailer.Mail transferred(Ticket ticket, UUID job) {
        var to = recipient(List.of(ticket));
        var letter = letter(to.name, words.get("transferred.intro"));
        letter.line(seat(ticket), number(ticket), "");
        letter.note(words.get("transferred.warning"));
        if (to.isBuyer) {
            orderLink(letter);
        }
        contact(letter);
        var subject = words.get("transferred.subject", "event", event.name());
        return mail(to.email, subject, letter, job, List.of());
    }

    /** The person that a mail goes to. */
    private record Recipient(String email, Optional<String> name, boolean isBuyer) {}

    /** Returns the person that has these tickets; the buyer, if there are none. */
    private Recipient recipient(List<Ticket> tickets) {
        var buyer = reservation.buyer();
        return tickets.isEmpty() || tickets.get(0).isBuyers()
                ? new Recipient(buyer.email(), buyer.name(), true)
                : ofHolder(tickets.get(0).transferredTo());
    }

    private static Recipient ofHolder(Ticket.Holder holder) {
        return new Recipient(holder.email(), Optional.of(holder.name()), false);
    }

    private Letter letter(Optional<String> name, String intro) {
        var letter = new Letter(words, event);
        letter.opening(
                name.map(known -> words.get("greeting.name", "name", known)).orElseGet(() -> words.get("greeting")));
        letter.opening(intro);
        return letter;
    }

    /** Adds a line for each ticket, with its price if it is the buyer's. */
    private void lines(Letter letter, List<Ticket> tickets) {
        tickets.forEach(ticket -> line(letter, ticket, true));
    }

    /** Adds what was paid. If the tickets alone do not add up to it, they are listed without prices, and the bill after them. */
    private void bill(Letter letter, List<Ticket> tickets) {
        var bill = Bill.of(event, reservation);
        var isItemised = tickets.size() < reservation.seats().size()
                || !bill.fees().isEmpty()
                || reservation.breakdown().discounts() > 0;
        tickets.forEach(ticket -> line(letter, ticket, !isItemised));
        if (isItemised) {
            bill.seats().forEach(line -> letter.line(item(line), calculation(line), amount(line.amount())));
            bill.fees().forEach(line -> letter.line(line.fee().name(), calculation(line), amount(line.amount())));
        }
        letter.total("label.paid", amount(reservation.total()));
        if (bill.tax() > 0) {
            var rate = NumberFormat.getPercentInstance(words.locale());
            rate.setMaximumFractionDigits(2);
            letter.underTotal(words.get(
                    "label.tax", "rate", rate.format(bill.taxRate() / 10_000.0), "amount", amount(bill.tax())));
        }
    }

    private String item(Bill.SeatsLine line) {
        return naming.priceType(line.priceType())
                .map(type -> line.section() + ", " + type)
                .orElse(line.section());
    }

    /** Returns how the amount of a line comes about, such as 2 × €45.00 − €5.00. */
    private String calculation(Bill.SeatsLine line) {
        var product = product(line.quantity(), line.price());
        return line.discount() == 0 ? product : product + " − " + amount(line.quantity() * line.discount());
    }

    private String calculation(Bill.FeeLine line) {
        return line.quantity() == 1 ? "" : product(line.quantity(), line.fee().amount());
    }

    private String product(int quantity, long amount) {
        return quantity + " × " + amount(amount);
    }

    /** Adds a line for a ticket. Its price type and its price are known to the buyer only. */
    private void line(Letter letter, Ticket ticket, boolean isPriced) {
        if (!ticket.isBuyers()) {
            letter.line(seat(ticket), number(ticket), ""); // its seat may have been given back
            return;
        }
        var reserved = reservation.seat(ticket.seat().id());
        var detail = naming.priceType(reserved.priceType())
                .map(type -> type + ", " + number(ticket))
                .orElse(number(ticket));
        var price = isPriced ? amount(reservation.breakdown().allIn(reserved)) : "";
        letter.line(seat(ticket), detail, price);
    }

    private String seat(Ticket ticket) {
        return naming.seat(ticket.seat(), words);
    }

    private String number(Ticket ticket) {
        return words.get("label.ticket", "number", ticket.id().number());
    }

    private String amount(long minorUnits) {
        return Amounts.format(minorUnits, event.currencyCode(), words.locale());
    }

    /**
     * Adds the link to the buyer's order. Only a mail to the buyer's address may have it: it opens the whole order. Its token is in
     * the fragment, which browsers send to no server.
     */
    private void orderLink(Letter letter) {
        var buyer = reservation.buyer();
        var token = ReservationToken.forLinks(buyer.tokenHash(), buyer.email());
        pages.ifPresent(base -> letter.link(
                "label.yourOrder", base + "/order/" + event.id() + "/" + reservation.id() + "#" + token.value()));
    }

    private void contact(Letter letter) {
        var organiser = event.details().organiser();
        if (replyTo.isPresent()) {
            var paragraph =
                    words.get("contact.organiser", "organiser", organiser.get().name(), "address", contact);
            letter.closing(paragraph, contact);
        } else {
            organiser.ifPresent(known -> letter.closing(words.pair("label.organiser", known.name())));
            letter.closing(words.get("contact", "address", contact), contact);
        }
    }

    private List<Mailer.Attachment> attachments(List<Ticket> tickets, List<byte[]> documents) {
        var attachments = new ArrayList<Mailer.Attachment>();
        for (int i = 0; i < tickets.size(); i++) {
            var name = "ticket-" + tickets.get(i).id().number() + ".pdf";
            attachments.add(new Mailer.Attachment(name, "application/pdf", documents.get(i)));
        }
        attachments.add(calendar(tickets));
        return attachments;
    }

    private Mailer.Attachment calendar(List<Ticket> tickets) {
        var seats = tickets.stream().map(ticket -> ticket.seat().label()).toList();
        var file = recipient(tickets).isBuyer
                ? CalendarFile.of(event, reservation, seats, words, now)
                : CalendarFile.ofTransferred(event, reservation, tickets, words, now);
        return new Mailer.Attachment("event.ics", CalendarFile.MEDIA_TYPE, file.getBytes(StandardCharsets.UTF_8));
    }

    private Mailer.Mail mail(String to, String subject, Letter letter, UUID job, List<Mailer.Attachment> attachments) {
        return new Mailer.Mail(to, replyTo, subject, letter.text(), letter.html(subject), job.toString(), attachments);
    }
}
