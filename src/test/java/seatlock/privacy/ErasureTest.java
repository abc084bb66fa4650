package seatlock.privacy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.changes.Changes;
import seatlock.maintenance.Eraser;
import seatlock.support.Api;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** After an erasure, neither the address nor a name of the buyer is anywhere: not in any column, not in the stored mails. */
class ErasureTest {

    private static final String EMAIL = "grace.hopper@navy.example";
    private static final String NAME = "Brewster";
    private static final String HOLDER = "Murray Hopper";

    private final TestSystem system = new TestSystem();
    private final Api api = system.api;
    private final Event event = system.event(20);

    @AfterEach
    void close() {
        system.close();
    }

    private String reserve(String seat) {
        var body = Api.object().put("email", EMAIL).put("name", "Grace " + NAME).put("language", "en");
        body.putArray("seats").addObject().put("seat", seat).put("holder", HOLDER);
        return api.reserveWith(event.id(), UUID.randomUUID().toString(), body.toString())
                .json()
                .get("id")
                .asText();
    }

    /** Buys a seat for a buyer and a holder with names. */
    private String buy(String seat) {
        var id = reserve(seat);
        api.confirm(event.id(), id, 4500);
        return id;
    }

    private Api.Response erase(String reservation, boolean force) {
        return api.send(Api.post(
                api.asAdmin(api.request(Api.path(event.id(), reservation) + "/erase")), "{\"force\":" + force + "}"));
    }

    private Api.Response data(String reservation) {
        return api.get(Api.path(event.id(), reservation) + "/data", TestSystem.ADMIN_KEY);
    }

    /** Returns every column of every table that has one of the texts, in any form in which a text may be stored. */
    private List<String> places() {
        var places = new ArrayList<String>();
        for (var column : system.query("""
                SELECT table_name AS t, column_name AS c, data_type AS type
                  FROM information_schema.columns
                 WHERE table_schema = 'public'
                """, row -> List.of(row.text("t"), row.text("c"), row.text("type")))) {
            var name = "\"" + column.get(1) + "\"";
            var text = column.get(2).equals("bytea") ? "encode(" + name + ", 'escape')" : name + "::text";
            for (var secret : List.of(EMAIL, NAME, HOLDER)) {
                if (system.count(
                                "SELECT count(*) AS n FROM \"" + column.get(0) + "\" WHERE strpos(lower(" + text
                                        + "), lower(?)) > 0",
                                secret)
                        > 0) {
                    places.add(column.get(0) + "." + column.get(1) + " has " + secret);
                }
            }
        }
        return places;
    }

    private static List<String> mailsTo(TestWorkers workers, String address) {
        return workers.mails().stream()
                .map(mail -> {
                    try {
                        return Files.readString(mail, ISO_8859_1);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .filter(mail -> mail.contains(address))
                .toList();
    }

    private void awaitMails(int count) {
        Wait.until(
                "the mails are sent",
                () -> system.count("SELECT count(*) AS n FROM jobs WHERE kind = 'SendTickets' AND state = 'DONE'")
                        == count);
    }

    private Eraser eraser(TestWorkers workers, Period retention) {
        return new Eraser(
                system.database,
                system.checkout,
                new Erasure(new Changes()),
                workers::deleteMails,
                Optional.of(retention));
    }

    /** A failed job names the address, and so does the response that is stored for the key. */
    private void fail(String reservation) {
        system.update(
                "UPDATE jobs SET last_error = '550 <' || ? || '> unknown' WHERE reservation_id = ?::uuid AND kind = 'SendTickets'",
                EMAIL,
                reservation);
    }

    @Test
    void after_an_erasure_neither_address_nor_names_are_in_the_database_or_in_the_mails() {
        try (var workers = new TestWorkers(system).start()) {
            var id = buy("S-A-1");
            api.buyOne(event.id(), "S-A-2"); // of another buyer, whose data stays
            awaitMails(2);
            fail(id);
            assertThat(places()).hasSize(5);
            assertThat(mailsTo(workers, EMAIL)).hasSize(1);

            var result = eraser(workers, Period.ZERO)
                    .erase(
                            system.database,
                            event.id(),
                            new seatlock.inventory.ReservationId(UUID.fromString(id)),
                            true,
                            seatlock.changes.Actor.OPERATOR);

            assertThat(result).isInstanceOf(Erasure.Result.Erased.class);
            assertThat(places()).isEmpty();
            assertThat(mailsTo(workers, EMAIL)).isEmpty();
            assertThat(mailsTo(workers, "ada@example.org")).hasSize(1);
            assertThat(system.count("SELECT count(*) AS n FROM ticket_documents"))
                    .isEqualTo(1);
            assertThat(system.count("SELECT count(*) AS n FROM idempotency_keys WHERE position('" + id
                            + "'::bytea IN reply) > 0"))
                    .isZero();
            assertThat(system.violations(event.id())).isEmpty();
        }
    }

    @Test
    void after_the_retention_no_address_and_no_name_of_an_ended_event_is_left() {
        try (var workers = new TestWorkers(system).start()) {
            var other = event(2);
            var stays = api.buyOne(other.id(), "S-A-1");
            buy("S-A-1");
            var refunded = buy("S-A-2");
            awaitMails(3);
            api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);
            reserve("S-A-3");
            end(other);
            end(event);

            eraser(workers, Period.ofDays(90)).runOnce();
            assertThat(places()).isNotEmpty(); // not long enough ago

            eraser(workers, Period.ofDays(1)).runOnce();
            assertThat(places()).hasSize(4); // of the pending one

            system.lapse(event.id());
            system.sweeper().runOnce();
            eraser(workers, Period.ofDays(1)).runOnce();
            assertThat(places()).isEmpty();
            assertThat(mailsTo(workers, EMAIL)).isEmpty();
            assertThat(system.count("SELECT count(*) AS n FROM events WHERE erased_at IS NOT NULL"))
                    .isEqualTo(2);
            assertThat(
                            system.count(
                                    "SELECT count(*) AS n FROM changes WHERE type = 'reservation.erased' AND actor = 'sweeper'"))
                    .isEqualTo(4);
            assertThat(api.get(Api.path(other.id(), stays), TestSystem.ADMIN_KEY)
                            .json()
                            .get("email")
                            .asText())
                    .isEqualTo("erased");
        }
    }

    private Event event(int seats) {
        return system.event(seats);
    }

    /** Moves an event and its reservations into the past: it began eight days ago. */
    private void end(Event event) {
        system.database.inTransaction(tx -> {
            tx.update("SET LOCAL session_replication_role = replica");
            tx.update(
                    "UPDATE event_terms SET starts_at = now() - interval '8 days' WHERE event_id = ?",
                    event.id().value());
            tx.update(
                    "UPDATE events SET starts_at = now() - interval '8 days' WHERE event_id = ?",
                    event.id().value());
            return null;
        });
    }

    @Test
    void a_confirmed_buyer_of_an_event_that_has_not_ended_is_erased_by_force_only() {
        var id = buy("S-A-1");

        var refused = erase(id, false);
        assertThat(refused.outcome()).isEqualTo("409 not-erasable");
        assertThat(refused.json().get("reservationStatus").asText()).isEqualTo("CONFIRMED");
        assertThat(places()).isNotEmpty();

        assertThat(erase(id, true).status()).isEqualTo(204);
        assertThat(places()).isEmpty();
        end(event);
    }

    @Test
    void a_buyer_of_an_event_that_has_ended_needs_no_force_and_no_body() {
        var id = buy("S-A-1");
        end(event);

        var response = api.send(
                api.asAdmin(api.request(Api.path(event.id(), id) + "/erase")).POST(BodyPublishers.noBody()));

        assertThat(response.status()).isEqualTo(204);
        assertThat(places()).isEmpty();
    }

    @Test
    void a_pending_reservation_is_never_erased() {
        var id = reserve("S-A-1");

        assertThat(erase(id, true).outcome()).isEqualTo("409 not-erasable");
        assertThat(erase(UUID.randomUUID().toString(), true).outcome()).isEqualTo("404 not-found");
        assertThat(places()).isNotEmpty();
    }

    @Test
    void a_lapsed_reservation_is_expired_and_erased_before_the_sweeper_has_run() {
        var id = reserve("S-A-1");
        system.lapse(event.id());

        assertThat(erase(id, false).status()).isEqualTo(204);

        assertThat(places()).isEmpty();
        assertThat(system.query(
                        "SELECT type || ' ' || version || ' ' || split_part(actor, ' ', 1) AS line FROM changes"
                                + " WHERE reservation_id = ?::uuid ORDER BY version",
                        row -> row.text("line"),
                        id))
                .containsExactly("reservation.expired 2 sweeper", "reservation.erased 3 key");
        assertThat(api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void erasing_again_changes_nothing_and_the_history_has_it_once() {
        var id = buy("S-A-1");
        var token = system.query("SELECT encode(token_hash, 'hex') AS hash FROM reservations", row -> row.text("hash"));

        assertThat(erase(id, true).status()).isEqualTo(204);
        assertThat(erase(id, true).status()).isEqualTo(204);

        var history = system.query(
                "SELECT type || ' ' || version || ' ' || actor AS line FROM changes ORDER BY version",
                row -> row.text("line"));
        assertThat(history).hasSize(2);
        assertThat(history.get(1)).startsWith("reservation.erased 3 key ");
        assertThat(system.query("SELECT encode(token_hash, 'hex') AS hash FROM reservations", row -> row.text("hash")))
                .isEqualTo(token);
        assertThat(system.count("SELECT version AS n FROM reservations")).isEqualTo(3);
    }

    @Test
    void tickets_of_an_erased_buyer_admit_but_are_not_mailed_or_printed_again() {
        try (var workers = new TestWorkers(system)) {
            var id = buy("S-A-1"); // its jobs wait
            var code = api.code(event.id(), id);
            var ticket = api.tickets(event.id(), id).get(0).get("id").asText();
            erase(id, true);

            workers.start();
            Wait.until(
                    "the job is done", () -> system.count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE'") == 1);

            assertThat(workers.mails()).isEmpty();
            assertThat(system.count("SELECT count(*) AS n FROM ticket_documents"))
                    .isZero();
            assertThat(api.scan(event.id(), code, "North").status()).isEqualTo(200);
            assertThat(api.get("/api/events/" + event.id() + "/tickets/" + ticket + ".pdf", TestSystem.ADMIN_KEY)
                            .outcome())
                    .isEqualTo("404 not-found");
            assertThat(api.send(api.asAdmin(api.request(Api.path(event.id(), id) + "/resend"))
                                    .POST(BodyPublishers.noBody()))
                            .outcome())
                    .isEqualTo("404 not-found");
            assertThat(system.violations(event.id())).isEmpty();
        }
    }

    @Test
    void nothing_about_people_is_stored_with_an_erased_reservation_again() {
        var id = buy("S-A-1");
        var ticket = api.tickets(event.id(), id).get(0).get("id").asText();
        var code = api.code(event.id(), id);
        erase(id, true);

        var transfer = Api.object().put("email", EMAIL).put("name", NAME).toString();
        var transferred = api.transferWith(
                event.id(), ticket, TestSystem.ADMIN_KEY, UUID.randomUUID().toString(), transfer);
        assertThat(Api.reason(transferred)).isEqualTo("409 not-transferable ERASED");
        assertThat(api.send(Api.patch(
                                api.asAdmin(api.request(Api.path(event.id(), id))),
                                "{\"email\":\"" + EMAIL + "\",\"name\":\"" + NAME + "\"}"))
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(api.send(Api.post(
                                api.asAdmin(api.request(Api.path(event.id(), id) + "/resend")),
                                "{\"email\":\"" + EMAIL + "\"}"))
                        .outcome())
                .isEqualTo("404 not-found");
        api.scan(event.id(), code, "North");
        var undone = Api.object().put("code", code).put("reason", NAME + " is outside");
        assertThat(api.undo(event.id(), undone.toString()).status()).isEqualTo(200);
        assertThat(api.scan(event.id(), code, "North").status()).isEqualTo(200);

        assertThat(places()).isEmpty();
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void data_of_holders_of_transferred_tickets_is_shown_to_sellers_and_erased() {
        try (var workers = new TestWorkers(system).start()) {
            var reserved = api.reserve(event.id(), "S-A-1", "S-A-2").json();
            var id = reserved.get("id").asText();
            api.confirm(event.id(), id, 9000);
            awaitMails(1);
            var ticket = api.tickets(event.id(), id).get(0).get("id").asText();
            var to = Api.object().put("email", EMAIL).put("name", NAME).toString();
            api.transferWith(
                    event.id(), ticket, TestSystem.ADMIN_KEY, UUID.randomUUID().toString(), to);
            Wait.until(
                    "the new holder has a mail",
                    () -> system.count("SELECT count(*) AS n FROM jobs WHERE state <> 'DONE'") == 0);
            var transferred = api.tickets(event.id(), id).get(1);
            api.scan(event.id(), transferred.get("code").asText(), "North");

            var sellers = data(id).json();
            assertThat(sellers.get("tickets")).hasSize(3);
            assertThat(sellers.at("/tickets/1/id")).isEqualTo(transferred.get("id"));
            assertThat(sellers.at("/tickets/1/holderName").asText()).isEqualTo(NAME);
            assertThat(sellers.at("/tickets/1/holderEmail").asText()).isEqualTo(EMAIL);
            assertThat(sellers.at("/tickets/0").has("holderName")).isFalse();
            assertThat(sellers.at("/scans/0/ticketId")).isEqualTo(transferred.get("id"));
            assertThat(sellers.get("documents").findValues("ticketId")).contains(transferred.get("id"));
            assertThat(sellers.get("jobs").findValuesAsText("kind"))
                    .containsExactlyInAnyOrder(
                            "IssueTickets", "SendTickets", "SendTransferNotice", "SendTransferredTicket");
            var buyers = api.get(
                    Api.path(event.id(), id) + "/data", reserved.get("token").asText());
            assertThat(buyers.text()).doesNotContain(EMAIL, NAME);
            assertThat(buyers.json().get("tickets")).hasSize(2);
            assertThat(buyers.json().get("scans")).isEmpty();
            assertThat(buyers.json().get("documents")).hasSize(2);
            assertThat(buyers.json().get("jobs").findValuesAsText("kind"))
                    .containsExactlyInAnyOrder("IssueTickets", "SendTickets", "SendTransferNotice");

            assertThat(mailsTo(workers, EMAIL)).hasSize(1);

            assertThat(erase(id, true).status()).isEqualTo(204);
            assertThat(places()).isEmpty();
            assertThat(data(id).text()).doesNotContain(EMAIL, NAME);
        }
    }

    @Test
    void an_erased_reservation_can_be_refunded() {
        var id = buy("S-A-1");
        erase(id, true);

        var refunded = api.cancel(event.id(), id, TestSystem.ADMIN_KEY);

        assertThat(refunded.outcome()).isEqualTo("200");
        assertThat(refunded.json().get("status").asText()).isEqualTo("CANCELLED");
        assertThat(api.buy(event.id(), "S-A-1").outcome()).isEqualTo("200");
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Nobody would get the tickets, and the successor would have no address. */
    @Test
    void a_late_payment_does_not_confirm_a_reservation_that_was_erased() {
        var id = reserve("S-A-1");
        system.lapse(event.id());
        system.sweeper().runOnce();
        erase(id, false);

        var confirmed = api.confirm(event.id(), id, 4500);
        var reacquired = api.reacquire(event.id(), id, UUID.randomUUID().toString(), 4500);

        for (var refused : List.of(confirmed, reacquired)) {
            assertThat(refused.outcome()).isEqualTo("409 reservation-not-pending");
            assertThat(refused.json().get("detail").asText())
                    .isEqualTo("The reservation is EXPIRED, and the personal data of its buyer was erased.");
        }
        assertThat(api.extend(event.id(), id, UUID.randomUUID().toString(), TestSystem.ADMIN_KEY)
                        .status())
                .isEqualTo(410);
        assertThat(api.cancel(event.id(), id, TestSystem.ADMIN_KEY).outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_buyer_gets_everything_that_is_stored() {
        try (var workers = new TestWorkers(system).start()) {
            var id = buy("S-A-1");
            awaitMails(1);
            assertThat(workers.mails()).hasSize(1);
            api.scan(event.id(), api.code(event.id(), id), "North");

            var data = data(id).json();

            assertThat(data.at("/reservation/email").asText()).isEqualTo(EMAIL);
            assertThat(data.at("/reservation/paymentReference").asText()).isEqualTo("pi_" + id);
            assertThat(data.at("/name").asText()).isEqualTo("Grace " + NAME);
            assertThat(data.at("/language").asText()).isEqualTo("en");
            assertThat(data.at("/holders/0/name").asText()).isEqualTo(HOLDER);
            assertThat(data.at("/tickets/0/status").asText()).isEqualTo("CHECKED_IN");
            assertThat(data.at("/scans/0/gate").asText()).isEqualTo("North");
            assertThat(data.at("/documents/0/bytes").asInt()).isGreaterThan(1_000);
            assertThat(data.get("jobs").findValuesAsText("kind")).containsExactly("IssueTickets", "SendTickets");
            assertThat(data.at("/changes/0/type").asText()).isEqualTo("reservation.confirmed");

            erase(id, true);
            assertThat(data(id).text()).doesNotContain(EMAIL, NAME, HOLDER).contains("erased");
        }
    }
}
