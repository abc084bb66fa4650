package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The CSV files of an event: complete, safe in a spreadsheet, and harmless to the server when nobody reads them. */
class ExportTest {

    private static final int MANY = 30_000;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private final Event event = system.event(20);

    private Api.Response export(String name) {
        return api.get("/api/events/" + event.id() + "/exports/" + name + ".csv", TestSystem.ADMIN_KEY);
    }

    private static List<String> lines(Api.Response response) {
        assertThat(response.text()).endsWith("\r\n");
        return List.of(response.text().split("\r\n"));
    }

    @Test
    void reservations_are_listed_with_seats_amounts_and_times_in_utc() {
        var id = api.buy(event.id(), "S-A-1", "S-A-2").json().get("id").asText();
        api.reserve(event.id(), "S-A-3");

        var response = export("reservations");

        assertThat(response.header("Content-Type")).isEqualTo("text/csv;charset=utf-8");
        assertThat(response.header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"reservations-" + event.id() + ".csv\"");
        var lines = lines(response);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .isEqualTo("\uFEFFreference,reservationId,status,email,name,language,seatCount,seats,total,amountPaid,"
                        + "currency,createdAt,expiresAt,confirmedAt,cancelledAt,paymentReference,"
                        + "priceTypes,price,discount,fees,tax,refundedSeats,refunded");
        assertThat(lines.get(1))
                .matches("[2-9A-Z]{8}," + id + ",CONFIRMED,ada@example.org,,,2,\"S-A-1, S-A-2\",9000,9000,EUR,"
                        + "([0-9-]{10}T[0-9:.]+Z,){3},pi_" + id + ",\"standard, standard\",9000,0,0,0,,0");
        assertThat(lines.get(2)).contains(",PENDING,ada@example.org,,,1,S-A-3,4500,,EUR,");
    }

    @Test
    void a_lapsed_reservation_is_expired_before_the_sweeper_has_run() {
        api.reserve(event.id(), "S-A-1");
        system.lapse(event.id());

        assertThat(lines(export("reservations")).get(1)).contains(",EXPIRED,");
    }

    @Test
    void tickets_are_listed_with_their_state_and_buyer() {
        var used = api.buyOne(event.id(), "S-A-1");
        api.scan(event.id(), api.code(event.id(), used), "North; \"A\"");
        var refunded = api.buyOne(event.id(), "S-A-2");
        api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);

        var lines = lines(export("tickets"));

        assertThat(lines).hasSize(3);
        assertThat(lines)
                .anyMatch(line -> line.matches(number(used) + ",[0-9a-f-]{36},CHECKED_IN,S-A-1,S,A,1,4500,EUR,,.{8},"
                        + used + ",ada@example.org,,[^,]+Z,,[^,]+Z,\"North; \"\"A\"\"\",standard,0,0,0"))
                .anyMatch(line -> line.matches(
                        ".*,VOIDED,S-A-2,.*," + refunded + ",ada@example.org,,[^,]+Z,[^,]+Z,,,standard,0,0,0"));
    }

    private String number(String reservation) {
        return api.tickets(event.id(), reservation).get(0).get("number").asText();
    }

    @Test
    void a_transferred_ticket_is_listed_with_the_name_and_address_of_its_holder() {
        var body = Api.object().put("email", "ada@example.org").put("name", "Ada Lovelace");
        body.putArray("seats").add("S-A-1");
        var id = api.reserveWith(event.id(), UUID.randomUUID().toString(), body.toString())
                .json()
                .get("id")
                .asText();
        api.confirm(event.id(), id, 4500);
        var ticket = api.tickets(event.id(), id).get(0).get("id").asText();
        api.transfer(event.id(), ticket, TestSystem.ADMIN_KEY);

        var lines = lines(export("tickets"));

        assertThat(lines)
                .hasSize(3)
                .anyMatch(line -> line.contains("," + ticket + ",TRANSFERRED,S-A-1,")
                        && line.contains("," + id + ",ada@example.org,Ada Lovelace,"))
                .anyMatch(line -> line.contains(",VALID,S-A-1,")
                        && line.contains(",Grace Hopper,")
                        && line.contains("," + id + ",grace@example.org,Grace Hopper,"));
        system.update("UPDATE reservations SET name = NULL WHERE reservation_id = ?::uuid", id);
        system.update(
                "UPDATE tickets SET holder_name = NULL, holder_email = NULL WHERE event_id = ?",
                event.id().value());
        assertThat(lines(export("tickets")))
                .anyMatch(line -> line.contains(",VALID,S-A-1,") && line.contains("," + id + ",,,"));
    }

    @Test
    void check_ins_are_listed_with_gate_and_outcome() {
        var reservation = api.buyOne(event.id(), "S-A-1");
        api.scan(event.id(), api.code(event.id(), reservation), "North");

        var lines = lines(export("check-ins"));

        assertThat(lines.get(0))
                .isEqualTo("\uFEFFticketNumber,ticketId,scanId,outcome,gate,nonce,scannedAt,judgedAt,receivedAt,seat,"
                        + "reference,reservationId");
        assertThat(lines.get(1))
                .startsWith(number(reservation) + ",")
                .contains(",ADMITTED,North,,")
                .endsWith("," + reservation);
        assertThat(lines).hasSize(2);
    }

    /** Each of these texts begins like a formula, or would end a cell. */
    @Test
    void a_cell_is_never_taken_for_a_formula_or_for_two_cells() {
        api.buyOne(event.id(), "S-A-1");
        var names = List.of(
                "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "a,b", "a;=1", "two\nlines", "'x");
        var cells = new ArrayList<String>();
        for (var name : names) {
            system.update(
                    "UPDATE reservations SET name = ? WHERE event_id = ?",
                    name,
                    event.id().value());
            var text = export("reservations").text();
            cells.add(text.substring(text.indexOf("example.org,") + 12, text.indexOf(",,1,S-A-1")));
        }

        assertThat(cells)
                .containsExactly(
                        "\"'=HYPERLINK(\"\"http://x\"\")\"",
                        "'+1",
                        "'-1",
                        "'@SUM(A1)",
                        "\"'\tx\"",
                        "\"'\rx\"",
                        "\"a,b\"",
                        "\"a;=1\"",
                        "\"two\nlines\"",
                        "'x");
    }

    @Test
    void price_types_discounts_fees_and_tax_are_in_columns_after_the_others() {
        var created = api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"KWD",
                 "taxRate":2000,"priceTypes":[{"id":"adult","name":"Adult"},{"id":"child","name":"Child"}],
                 "fees":[{"name":"Booking fee","amount":9,"per":"SEAT"},{"name":"Postage","amount":3,"per":"RESERVATION"}],
                 "sections":[{"name":"S","prices":{"adult":4500,"child":0},"rows":[{"name":"A","seats":4}]}]}
                """);
        var path = "/api/events/" + created.json().get("id").asText();
        var id = new EventId(UUID.fromString(created.json().get("id").asText()));
        var reserved = api.reserveWith(
                        id,
                        UUID.randomUUID().toString(),
                        "{\"seats\":[\"S-A-1\",\"S-A-2\",{\"seat\":\"S-A-3\",\"priceType\":\"child\"}],\"email\":\"ada@example.org\"}")
                .json();
        api.confirm(id, reserved.get("id").asText(), 9021);

        var reservations = lines(api.get(path + "/exports/reservations.csv", TestSystem.ADMIN_KEY));
        var tickets = lines(api.get(path + "/exports/tickets.csv", TestSystem.ADMIN_KEY));

        // 9000/6 + 18/6 + 3/6, each rounded: the lines of the bill
        assertThat(reservations.get(0)).endsWith(",priceTypes,price,discount,fees,tax,refundedSeats,refunded");
        assertThat(reservations.get(1))
                .contains(",9021,9021,KWD,")
                .endsWith(",\"adult, adult, child\",9000,0,21,1504,,0"); // no seat was given back
        assertThat(reserved.at("/breakdown/tax").asLong()).isEqualTo(1504);
        assertThat(tickets.get(0)).endsWith(",issuedAt,voidedAt,checkedInAt,gate,priceType,discount,fees,tax");
        assertThat(tickets.subList(1, 4))
                .filteredOn(line -> line.endsWith(",adult,0,9,752"))
                .hasSize(2);
        assertThat(tickets.subList(1, 4))
                .filteredOn(line -> line.endsWith(",child,0,0,0"))
                .hasSize(1);
    }

    @Test
    void an_event_without_rows_has_a_header_only() {
        for (var name : List.of("reservations", "tickets", "check-ins", "payments")) {
            assertThat(lines(export(name))).as(name).hasSize(1);
        }
    }

    @Test
    void an_unknown_export_or_event_is_not_found() {
        assertThat(export("refunds").outcome()).isEqualTo("404 not-found");
        assertThat(export("TICKETS").outcome()).isEqualTo("404 not-found");
        assertThat(api.get("/api/events/" + UUID.randomUUID() + "/exports/tickets.csv", TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
    }

    @Test
    void a_file_of_many_pages_has_every_row_once_in_order() {
        manyReservations(event.id(), 5_001);

        var lines = lines(export("reservations"));

        assertThat(lines).hasSize(5_002).doesNotHaveDuplicates();
        assertThat(lines.get(1)).contains(",number-1@example.org,");
        assertThat(lines.get(5_001)).contains(",number-5001@example.org,");
    }

    /** Expired reservations without seats, in the order of their numbers. */
    private void manyReservations(EventId event, int count) {
        system.update("""
                INSERT INTO reservations (awaits_capture, event_id, reservation_id, reference, version, status, email, token_hash, seat_count, prices, discounts, fees, total,
                                          created_at, expires_at, hold_until, ended_at, terms_version, event_starts_at, event_max_seats)
                SELECT false, e.event_id, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
                       translate(lpad(n::text, 8, '0'), '01', 'AB'), 1, 'EXPIRED', 'number-' || n || '@example.org',
                       sha256('x'), 1, 4500, 0, 0, 4500, now() - interval '1 hour', now() - interval '1 minute', now(), now(), e.terms_version,
                       e.starts_at, 10
                  FROM events AS e, generate_series(1, ?) AS n
                 WHERE e.event_id = ?
                """, count, event.value());
    }

    /** The client reads nothing: the server must keep neither a connection to the database nor a transaction for it. */
    @Test
    void clients_that_do_not_read_hold_no_connection_and_are_limited_in_number() throws Exception {
        try (var own = new TestSystem()) {
            var sale = own.event(1);
            many(own, sale.id(), MANY);
            var path = "/api/events/" + sale.id() + "/exports/reservations.csv";
            var clients = new ArrayList<Socket>();
            try {
                for (int i = 0; i < ReportHandlers.MAX_EXPORTS; i++) {
                    clients.add(stalledClient(own, path));
                }
                Wait.until("no connection is in a transaction", () -> own.count("""
                        SELECT count(*) AS n FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid()
                           AND (state LIKE 'idle in%' OR state = 'active' AND backend_type = 'client backend')
                        """) == 0);
                assertThat(own.api.get(path, TestSystem.ADMIN_KEY).outcome()).isEqualTo("503 overloaded");
                assertThat(own.api.get("/api/events/" + sale.id()).status()).isEqualTo(200);
            } finally {
                for (var client : clients) {
                    client.close();
                }
            }
            Wait.until(
                    "the exports have ended",
                    () -> own.api.get(path, TestSystem.ADMIN_KEY).status() == 200);
        }
    }

    private void many(TestSystem own, EventId sale, int count) {
        own.update("""
                INSERT INTO reservations (awaits_capture, event_id, reservation_id, reference, version, status, email, token_hash, seat_count, prices, discounts, fees, total,
                                          created_at, expires_at, hold_until, ended_at, terms_version, event_starts_at, event_max_seats)
                SELECT false, e.event_id, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
                       translate(lpad(n::text, 8, '0'), '01', 'AB'), 1, 'EXPIRED', repeat('x', 150) || n || '@example.org',
                       sha256('x'), 1, 4500, 0, 0, 4500, now() - interval '1 hour', now() - interval '1 minute', now(), now(), e.terms_version,
                       e.starts_at, 10
                  FROM events AS e, generate_series(1, ?) AS n
                 WHERE e.event_id = ?
                """, count, sale.value());
    }

    /** Returns a client that has read the first bytes of a response, and reads no more. */
    private static Socket stalledClient(TestSystem own, String path) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new java.net.InetSocketAddress("localhost", own.server.port()));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TestSystem.ADMIN_KEY
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 200 OK");
        return socket;
    }

    /** A client must be able to tell a file that was cut off from a complete one. */
    @Test
    void an_error_in_the_middle_cuts_the_file_off() throws Exception {
        try (var own = new TestSystem()) {
            var sale = own.event(1);
            many(own, sale.id(), MANY);
            var request = HttpRequest.newBuilder(URI.create("http://localhost:" + own.server.port() + "/api/events/"
                            + sale.id() + "/exports/reservations.csv"))
                    .header("Authorization", "Bearer " + TestSystem.ADMIN_KEY)
                    .build();
            var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            own.update("ALTER TABLE reservations RENAME COLUMN email TO moved");

            assertThatThrownBy(() -> drain(response.body())).isInstanceOf(IOException.class);
        }
    }

    private static long drain(InputStream body) throws IOException {
        try (body) {
            long bytes = 0;
            var buffer = new byte[65_536];
            int read;
            while ((read = body.read(buffer)) >= 0) {
                bytes += read;
            }
            return bytes;
        }
    }
}
