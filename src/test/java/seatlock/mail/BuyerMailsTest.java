package seatlock.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Fee;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Tariff;
import seatlock.catalog.Terms;
import seatlock.inventory.Breakdown;
import seatlock.inventory.Reference;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.text.Messages;
import seatlock.tickets.Naming;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketId;

class BuyerMailsTest {

    static final UUID JOB = UUID.fromString("01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d");
    static final String PAGES = "https://tickets.example/box";
    private static final String CONTACT = "box-office@example.org";
    private static final Event.Organiser TEATRO =
            new Event.Organiser("Teatro <Verde> & C.", Optional.of("info@teatro.example"), Optional.empty());

    private static Event event(Optional<String> language, Optional<Event.Organiser> organiser) {
        var startsAt = Instant.parse("2027-06-18T19:00:00Z");
        var plain = new Event(
                new EventId(UUID.randomUUID()),
                "Aida",
                "Arena di Verona",
                ZoneId.of("Europe/Rome"),
                Currency.getInstance("EUR"),
                Terms.first(startsAt, 8, Optional.empty()),
                10,
                startsAt);
        var details = new Event.Details(
                "Aida",
                "Arena di Verona",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                organiser,
                Optional.of(startsAt.minusSeconds(3600)),
                Optional.empty(),
                language);
        return new Event(
                plain.id(),
                plain.status(),
                details,
                plain.timeZoneName(),
                plain.currencyCode(),
                plain.taxRate(),
                plain.terms(),
                1,
                plain.capacity(),
                plain.createdAt());
    }

    private static Reservation reservation(Optional<String> name, Optional<String> language, int seats) {
        return new Reservation(
                new ReservationId(UUID.randomUUID()),
                new Reference("K7M2PQ9X"),
                2,
                1,
                new Reservation.Buyer("ada@example.org", name, language, new byte[32]),
                IntStream.rangeClosed(1, seats)
                        .mapToObj(seat -> new Reservation.ReservedSeat(
                                seat, "STALLS-B-" + seat, "STALLS", 45_000, Optional.empty()))
                        .toList(),
                Breakdown.of(45_000L * seats),
                Optional.empty(),
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                new Reservation.State.Confirmed(Instant.EPOCH, new Reservation.Payment("pi_1", 45_000L * seats)),
                Optional.empty(),
                Optional.empty());
    }

    private static List<Ticket> tickets(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(seat -> ticket(seat, 0, null))
                .toList();
    }

    private static Ticket ticket(int seat, int transfers, Ticket.Holder holder) {
        return ticket(
                new Ticket.Seat(seat, "STALLS-B-" + seat, "STALLS", "B", Integer.toString(seat)), transfers, holder);
    }

    private static Ticket ticket(Ticket.Seat seat, int transfers, Ticket.Holder holder) {
        return new Ticket(
                new TicketId(UUID.randomUUID()),
                new ReservationId(UUID.randomUUID()),
                seat,
                1,
                Instant.EPOCH,
                null,
                false,
                transfers,
                holder,
                1,
                null,
                null);
    }

    static BuyerMails mails(String language, int seats) {
        return new BuyerMails(
                event(Optional.empty(), Optional.of(TEATRO)),
                Naming.PLAIN,
                reservation(Optional.of("Ada Lovelace"), Optional.of(language), seats),
                CONTACT,
                Optional.of(PAGES),
                Instant.EPOCH);
    }

    private static Mailer.Mail purchase(String language, int count) {
        return mails(language, count)
                .tickets(
                        tickets(count),
                        IntStream.range(0, count).mapToObj(i -> new byte[1]).toList(),
                        JOB);
    }

    /** Returns the end of the link to the order in the text of a mail, after checking that it is one URL, and the same in the HTML. */
    static String link(Mailer.Mail mail) {
        var links = Pattern.compile("\\bhttps://tickets\\.example/box/order/(\\S+)")
                .matcher(mail.text())
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(links).hasSize(1);
        assertThat(links.get(0)).matches("[0-9a-f-]{36}/[0-9a-f-]{36}#rsl_[A-Za-z0-9_-]{43}");
        assertThat(mail.html()).contains("<a class=\"button\" href=\"" + PAGES + "/order/" + links.get(0) + "\"");
        return links.get(0);
    }

    static List<String> languages() {
        return Messages.languages();
    }

    @Test
    void the_mail_with_the_tickets_reads_as_it_should() {
        var tickets = tickets(2);
        var mail = mails("en", 2).tickets(tickets, List.of(new byte[1], new byte[2]), JOB);

        assertThat(mail.to()).isEqualTo("ada@example.org");
        assertThat(mail.replyTo()).contains("info@teatro.example");
        assertThat(mail.id()).isEqualTo(JOB.toString());
        assertThat(mail.text())
                .isEqualTo("""
                        Dear Ada Lovelace,

                        Thank you for your order. Your 2 tickets are attached.

                        Aida
                        Arena di Verona
                        Friday, 18 June 2027, 21:00 CEST
                        Doors open: 20:00 CEST

                        STALLS-B-1, €450.00, Ticket %s
                        STALLS-B-2, €450.00, Ticket %s
                        Paid: €900.00

                        Order: K7M2PQ9X
                        At the entrance, please show the code on each ticket, on paper or on your phone.
                        Each ticket is valid for one entry. Please do not share the codes.

                        Your order: https://tickets.example/box/order/%s

                        Questions about your order? Reply to this mail, or write to Teatro <Verde> & C.: info@teatro.example.

                        Enjoy the event!
                        """.replaceFirst("%s", tickets.get(0).id().number())
                        .replaceFirst("%s", tickets.get(1).id().number())
                        .replaceFirst("%s", link(mail)));
        assertThat(mail.attachments())
                .extracting(Mailer.Attachment::name)
                .containsExactly(
                        "ticket-" + tickets.get(0).id().number() + ".pdf",
                        "ticket-" + tickets.get(1).id().number() + ".pdf",
                        "event.ics");
        assertThat(mail.html())
                .startsWith("<!doctype html>\n<html lang=\"en\">")
                .contains("Teatro &lt;Verde&gt; &amp; C.", "<a href=\"mailto:info@teatro.example\"", "STALLS-B-2")
                .doesNotContain("<Verde>", "%s");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            en | Your tickets for Aida | Dear Ada Lovelace, | 25 tickets | Friday, 18 June 2027, 21:00 CEST | Paid: €11,250.00
            de | Ihre Tickets für Aida | Guten Tag Ada Lovelace, | 25 Tickets | Freitag, 18. Juni 2027, 21:00 Uhr MESZ | Bezahlt: 11.250,00 €
            fr | Vos billets pour Aida | Bonjour Ada Lovelace, | 25 billets | Vendredi 18 juin 2027, 21h00 CEST | Montant payé : 11 250,00 €
            es | Sus entradas para Aida | Hola, Ada Lovelace: | 25 entradas | Viernes, 18 de junio de 2027, 21:00 h CEST | Pagado: 11.250,00 €
            it | I Suoi biglietti per Aida | Gentile Ada Lovelace, | 25 biglietti | Venerdì 18 giugno 2027, ore 21:00 CEST | Pagato: 11.250,00 €
            nl | Uw tickets voor Aida | Beste Ada Lovelace, | 25 tickets | Vrijdag 18 juni 2027, 21:00 uur CEST | Betaald: € 11.250,00
            pl | Bilety na wydarzenie: Aida | Dzień dobry, Ada Lovelace, | 25 biletów | Piątek, 18 czerwca 2027, godz. 21:00 CEST | Zapłacono: 11 250,00 €
            """)
    void the_mail_with_the_tickets_is_in_the_language_of_the_buyer(
            String language, String subject, String greeting, String count, String when, String paid) {
        var mail = purchase(language, 25);

        assertThat(mail.subject()).isEqualTo(subject);
        assertThat(mail.text().replaceAll("[\\u00a0\\u202f]", " ")).contains(greeting, count, when, paid);
        assertThat(mail.html()).contains("<html lang=\"" + language + "\">", "<title>" + subject + "</title>");
    }

    /** An event with tax, and a reservation of a place, a seat and a table, with a discount and fees. */
    private static BuyerMails mixed(String language, String currency) {
        var plain = event(Optional.empty(), Optional.of(TEATRO));
        var event = new Event(
                plain.id(),
                plain.status(),
                plain.details(),
                plain.timeZoneName(),
                currency,
                1900,
                plain.terms(),
                1,
                plain.capacity(),
                plain.createdAt());
        var layout = new Layout(
                List.of(
                        new PlannedRow("FLOOR", new SeatPlan.Row("GA", Sold.AS_PLACES, new Numbered(500)), 1),
                        new PlannedRow("STALLS", new SeatPlan.Row("B", Sold.SINGLY, new Numbered(2)), 501),
                        new PlannedRow("TABLES", new SeatPlan.Row("7", Sold.WHOLE, new Numbered(2)), 503)),
                Optional.empty());
        var adult = new PriceType("adult", "Adult", Optional.empty());
        var child = new PriceType("child", "Child <12", Optional.empty());
        var fees = List.of(
                new Fee(1, "Booking fee", 150, Fee.Per.SEAT, false),
                new Fee(2, "Postage", 300, Fee.Per.RESERVATION, true));
        var seats = List.of(
                new Reservation.ReservedSeat(417, "FLOOR-GA-417", "FLOOR", "adult", 3500, 0, Optional.empty()),
                new Reservation.ReservedSeat(501, "STALLS-B-1", "STALLS", "child", 2250, 250, Optional.empty()),
                new Reservation.ReservedSeat(502, "STALLS-B-2", "STALLS", "child", 2250, 250, Optional.empty()),
                new Reservation.ReservedSeat(503, "TABLES-7-1", "TABLES", "adult", 9000, 0, Optional.empty()));
        var paid = List.of(new Breakdown.PaidFee(fees.get(0), 4), new Breakdown.PaidFee(fees.get(1), 1));
        var breakdown = new Breakdown(3500 + 2 * 2250 + 9000, 500, paid);
        var base = reservation(Optional.empty(), Optional.of(language), 1);
        var reservation = new Reservation(
                base.id(),
                base.reference(),
                2,
                1,
                base.buyer(),
                seats,
                breakdown,
                Optional.empty(),
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                base.state(),
                Optional.empty(),
                Optional.empty());
        var naming = new Naming(layout, new Tariff(List.of(adult, child), fees));
        return new BuyerMails(event, naming, reservation, CONTACT, Optional.of(PAGES), Instant.EPOCH);
    }

    private static Mailer.Mail mixedPurchase(String language, String currency) {
        var tickets = List.of(
                ticket(new Ticket.Seat(417, "FLOOR-GA-417", "FLOOR", "GA", "417"), 0, null),
                ticket(new Ticket.Seat(501, "STALLS-B-1", "STALLS", "B", "1"), 0, null),
                ticket(new Ticket.Seat(502, "STALLS-B-2", "STALLS", "B", "2"), 0, null),
                ticket(new Ticket.Seat(503, "TABLES-7-1", "TABLES", "7", "1"), 0, null));
        var documents = tickets.stream().map(ticket -> new byte[1]).toList();
        return mixed(language, currency).tickets(tickets, documents, JOB);
    }

    @Test
    void a_total_with_fees_and_a_discount_is_itemised_with_the_tax_that_it_contains() {
        var mail = mixedPurchase("en", "EUR");

        assertThat(mail.text().replaceAll("Ticket [0-9A-F-]{14}", "Ticket #")).contains("""
                FLOOR, general admission, no. 417, Adult, Ticket #
                STALLS-B-1, Child <12, Ticket #
                STALLS-B-2, Child <12, Ticket #
                TABLES, table 7, seat 1, Adult, Ticket #
                FLOOR, Adult, €35.00, 1 × €35.00
                STALLS, Child <12, €40.00, 2 × €22.50 − €5.00
                TABLES, Adult, €90.00, 1 × €90.00
                Booking fee, €6.00, 4 × €1.50
                Postage, €3.00
                Paid: €174.00
                Tax included (19%): €27.79
                """);
        assertThat(mail.html())
                .contains("FLOOR, general admission, no. 417", "STALLS, Child &lt;12", "2 × €22.50 − €5.00")
                .contains("Tax included (19%): €27.79", "Booking fee")
                .doesNotContain("<12");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            en | FLOOR, general admission, no. 417 | TABLES, table 7, seat 1 | Tax included (19%): €27.79
            de | FLOOR, freie Platzwahl, Nr. 417 | TABLES, Tisch 7, Platz 1 | Enthaltene Steuer (19 %): 27,79 €
            fr | FLOOR, placement libre, n° 417 | TABLES, table 7, place 1 | Dont taxe (19 %) : 27,79 €
            es | FLOOR, entrada general, n.º 417 | TABLES, mesa 7, asiento 1 | Impuesto incluido (19 %): 27,79 €
            it | FLOOR, posto unico, n. 417 | TABLES, tavolo 7, posto 1 | Imposta inclusa (19%): 27,79 €
            nl | FLOOR, vrije plaatskeuze, nr. 417 | TABLES, tafel 7, plaats 1 | Inclusief belasting (19%): € 27,79
            pl | FLOOR, wolny wybór miejsca, nr 417 | TABLES, stolik 7, miejsce 1 | W tym podatek (19%): 27,79 €
            """)
    void places_tables_and_tax_are_named_in_the_language_of_the_buyer(
            String language, String place, String table, String tax) {
        var mail = mixedPurchase(language, "EUR");

        assertThat(mail.text().replaceAll("[\\u00a0\\u202f]", " ")).contains(place, table, tax);
        assertThat(mail.html().replaceAll("[\\u00a0\\u202f]", " ")).contains(place, table, tax);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            JPY | 2 × JP¥2,250 − JP¥500 | Paid: JP¥17,400 | Tax included (19%): JP¥2,779
            KWD | 2 × KWD 2.250 − KWD 0.500 | Paid: KWD 17.400 | Tax included (19%): KWD 2.779
            """)
    void amounts_have_the_decimals_of_their_currency(String currency, String product, String paid, String tax) {
        assertThat(mixedPurchase("en", currency).text().replaceAll("[\\u00a0\\u202f]", " "))
                .contains(product, paid, tax);
    }

    /** The rest of the price was paid for tickets that the buyer has passed on. */
    @Test
    void without_all_its_tickets_a_reservation_is_itemised() {
        var mail = mails("en", 3).tickets(tickets(2), List.of(new byte[1], new byte[1]), JOB);

        assertThat(mail.text()).contains("STALLS, €1,350.00, 3 × €450.00\nPaid: €1,350.00\n");
    }

    /** A price is never shown without its fees. */
    @Test
    void a_mail_about_a_change_shows_prices_with_their_fees() {
        var ticket = ticket(new Ticket.Seat(501, "STALLS-B-1", "STALLS", "B", "1"), 0, null);

        var mail = mixed("en", "EUR").update(List.of(ticket), List.of(new byte[1]), JOB);

        assertThat(mail.text()).contains("STALLS-B-1, €21.50, Child <12, Ticket");
    }

    @Test
    void without_a_language_of_the_buyer_that_of_the_event_is_used() {
        var german = new BuyerMails(
                event(Optional.of("de"), Optional.empty()),
                Naming.PLAIN,
                reservation(Optional.empty(), Optional.of("ja"), 1),
                CONTACT,
                Optional.of(PAGES),
                Instant.EPOCH);

        var mail = german.tickets(tickets(1), List.of(new byte[1]), JOB);

        assertThat(mail.subject()).isEqualTo("Ihr Ticket für Aida");
        assertThat(mail.text()).startsWith("Guten Tag,\n");
        assertThat(mail.replyTo()).isEmpty();
        assertThat(mail.html()).contains("mailto:" + CONTACT);
    }

    @Test
    void an_organiser_without_an_address_is_named_and_the_box_office_answers() {
        var mails = new BuyerMails(
                event(Optional.empty(), Optional.of(new Event.Organiser("Teatro", Optional.empty(), Optional.empty()))),
                Naming.PLAIN,
                reservation(Optional.empty(), Optional.empty(), 1),
                CONTACT,
                Optional.of(PAGES),
                Instant.EPOCH);

        var mail = mails.tickets(tickets(1), List.of(new byte[1]), JOB);

        assertThat(mail.replyTo()).isEmpty();
        assertThat(mail.text()).contains("Hello,\n", "Organiser: Teatro\n", "write to " + CONTACT);
    }

    /** Each mail in each language is complete; their words are compared by {@link seatlock.text.MessagesTest}. */
    @ParameterizedTest
    @MethodSource("languages")
    void each_mail_is_written_in_each_language(String language) {
        var mails = mails(language, 1);
        var ticket = tickets(1).get(0);
        var bobs = ticket(1, 1, new Ticket.Holder("Bob", "bob@example.org"));
        var all = Map.of(
                "tickets", purchase(language, 2),
                "update", mails.update(List.of(ticket), List.of(new byte[1]), JOB),
                "refund",
                        mails(language, 5)
                                .cancellation(tickets(5), true, true, Optional.of("Maria <Rossi> is ill."), JOB),
                "cancellation", mails.cancellation(List.of(ticket), false, true, Optional.empty(), JOB),
                "transfer", mails.transfer(bobs, new byte[1], JOB),
                "transferred", mails.transferred(ticket, JOB));
        for (var mail : all.entrySet()) {
            var written = mail.getValue();
            assertThat(written.subject()).contains("Aida");
            assertThat(written.text()).contains("Aida", "Arena di Verona", "STALLS-B-1", "info@teatro.example");
            assertThat(written.html())
                    .contains("<html lang=\"" + language + "\">", "STALLS-B-1", "mailto:info@teatro.example")
                    .doesNotContain("<Rossi>", "<Verde>");
            for (var line : written.text().split("\n")) {
                assertThat(written.html().replaceAll("</?(?:strong|a)\\b[^>]*>", ""))
                        .as(mail.getKey())
                        .contains(firstWords(line));
            }
        }
        assertThat(all.get("transfer").to()).isEqualTo("bob@example.org");
        assertThat(all.get("transfer").text())
                .as("the order and the price are the buyer's")
                .doesNotContain("K7M2PQ9X", "€", "EUR"); // a ticket number may contain any digits
        assertThat(List.of("tickets", "update", "refund", "cancellation", "transferred"))
                .allSatisfy(name -> assertThat(link(all.get(name))).isNotEmpty());
        assertThat(all.get("transfer").text() + all.get("transfer").html())
                .as("the order is the buyer's")
                .doesNotContain("/order/", "rsl_");
        assertThat(all.get("refund").text()).contains("Maria <Rossi> is ill.", "450");
        assertThat(all.values()).extracting(Mailer.Mail::text).doesNotHaveDuplicates();
    }

    @Test
    void other_holders_never_get_the_link_to_the_order() {
        var mails = mails("en", 2);
        var bobs = ticket(1, 1, new Ticket.Holder("Bob", "bob@example.org"));

        assertThat(List.of(
                        mails.update(List.of(bobs), List.of(new byte[1]), JOB),
                        mails.cancellation(List.of(bobs), true, true, Optional.empty(), JOB),
                        mails.refundOfTransferred(List.of(bobs), JOB),
                        mails.transfer(bobs, new byte[1], JOB),
                        mails.transferred(bobs, JOB)))
                .allSatisfy(mail -> assertThat(mail.to()).isEqualTo("bob@example.org"))
                .allSatisfy(mail ->
                        assertThat(mail.text() + mail.html()).doesNotContain("/order/", "rsl_", "class=\"button\""));
    }

    @Test
    void without_pages_a_mail_has_no_link() {
        var mails = new BuyerMails(
                event(Optional.empty(), Optional.empty()),
                Naming.PLAIN,
                reservation(Optional.empty(), Optional.empty(), 1),
                CONTACT,
                Optional.empty(),
                Instant.EPOCH);

        var mail = mails.tickets(tickets(1), List.of(new byte[1]), JOB);

        assertThat(mail.text() + mail.html()).doesNotContain("/order/", "rsl_", "Your order");
    }

    /** Lines of what was bought are divided into cells. */
    private static String firstWords(String line) {
        return line.replaceAll("(?:[:,]|\\u00a0:) .*", "")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }

    @Test
    void a_value_that_reads_like_its_label_is_the_one_that_stands_out() {
        var mail = mails("en", 1).cancellation(List.of(), false, true, Optional.of("Reason"), JOB);

        assertThat(mail.html()).contains("Reason: <strong dir=\"auto\">Reason</strong>");
    }

    @Test
    void the_calendar_file_is_attached_with_its_type() {
        var file = purchase("de", 1).attachments().get(1);

        assertThat(file.mediaType()).isEqualTo("text/calendar; charset=utf-8; method=PUBLISH");
        assertThat(new String(file.content(), StandardCharsets.UTF_8)).contains("Bestellnummer: K7M2PQ9X");
    }
}
