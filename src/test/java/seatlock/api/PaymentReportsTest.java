package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.payments.sandbox.SandboxProvider.Action;
import seatlock.support.Api;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;

/** Payments in lists of reservations, in the figures of a sale, and in its CSV files. */
class PaymentReportsTest {

    private static final long PRICE = 4500;

    private static final SandboxSystem PAYING = new SandboxSystem();

    @AfterAll
    static void close() {
        PAYING.close();
    }

    private final Event event = PAYING.system.event(20);
    private final EventId id = event.id();

    private JsonNode reserve(String seat) {
        return PAYING.api.reserve(id, seat).json();
    }

    /** Reserves and pays. Returns the reservation, of which the money was not moved yet. */
    private String pay(String seat) {
        var reserved = reserve(seat);
        PAYING.act(PAYING.checkout(id, reserved), Action.PAY);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");
        return reserved.get("id").asText();
    }

    private String buy(String seat) {
        var bought = pay(seat);
        PAYING.settle();
        return bought;
    }

    private JsonNode get(String path) {
        return PAYING.api.get("/api/events/" + id + path, TestSystem.ADMIN_KEY).json();
    }

    @Test
    void a_list_of_reservations_shows_the_payment_of_each_that_has_one() {
        var captured = buy("S-A-1");
        PAYING.refund(id, captured, "{\"amount\":100,\"cancel\":false}");
        var open = reserve("S-A-2");
        PAYING.checkout(id, open);
        PAYING.api.buyOne(id, "S-A-3");

        for (var list : List.of(
                get("/reservations").get("reservations"),
                PAYING.api
                        .get("/api/reservations?email=ada@example.org", TestSystem.ADMIN_KEY)
                        .json()
                        .get("reservations"))) {
            var ofEvent = list.findParents("reference").stream()
                    .filter(each -> each.path("eventId").asText().equals(id.toString()))
                    .map(each -> each.at("/payment/status").asText() + " "
                            + each.at("/payment/refunded").asText())
                    .toList();
            assertThat(ofEvent).containsExactlyInAnyOrder("CAPTURED 100", "OPEN 0", " ");
        }
    }

    @Test
    void the_figures_of_a_sale_sum_up_its_payments() {
        assertThat(get("/sales").has("payments")).isFalse();

        buy("S-A-1");
        var refunded = buy("S-A-2");
        PAYING.refund(id, refunded, "{\"amount\":100,\"cancel\":false}");
        var late = reserve("S-A-3");
        var opened = PAYING.checkout(id, late);
        PAYING.api.cancel(id, late.get("id").asText(), late.get("token").asText());
        PAYING.act(opened, Action.PAY_LATE);
        PAYING.await(id, late.get("id").asText(), "AUTHORIZED");

        var before = get("/sales").get("payments");
        assertThat(before).isEqualTo(Api.json("{\"captured\":9000,\"refunded\":100,\"stranded\":4500}"));
        PAYING.settle();
        assertThat(get("/sales").at("/payments/stranded").asLong()).isZero();
    }

    /** A payment that confirms nothing was moved at once, as by a bank transfer, and is being given back. */
    @Test
    void money_is_stranded_until_its_refund_is_done() {
        var reserved = reserve("S-A-1");
        var opened = PAYING.checkout(id, reserved);
        PAYING.api.cancel(id, reserved.get("id").asText(), reserved.get("token").asText());
        PAYING.act(opened, Action.PAY_LATE);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");
        PAYING.system.update("UPDATE sandbox_payments SET status = 'CAPTURED' WHERE event_id = ?", id.value());
        PAYING.system.update("""
                UPDATE payments SET status = 'CAPTURED', captured = amount, refunded = amount, captured_at = paid_at
                 WHERE event_id = ?
                """, id.value());
        PAYING.system.update("""
                INSERT INTO refunds (event_id, refund_id, payment_id, amount, status, origin, attempt, created_at)
                SELECT event_id, ?, payment_id, amount, 'READY', 'UNWANTED', 1, paid_at FROM payments WHERE event_id = ?
                """, UUID.randomUUID(), id.value());

        assertThat(get("/sales").get("payments"))
                .isEqualTo(Api.json("{\"captured\":4500,\"refunded\":4500,\"stranded\":4500}"));

        PAYING.system.update("UPDATE payments SET due_at = now() WHERE event_id = ?", id.value());
        PAYING.settle();
        assertThat(get("/sales").get("payments"))
                .isEqualTo(Api.json("{\"captured\":4500,\"refunded\":4500,\"stranded\":0}"));
    }

    private List<String> export() {
        var response = PAYING.api.get("/api/events/" + id + "/exports/payments.csv", TestSystem.ADMIN_KEY);
        assertThat(response.header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"payments-" + id + ".csv\"");
        assertThat(response.text()).endsWith("\r\n");
        return List.of(response.text().split("\r\n"));
    }

    @Test
    void payments_are_exported_with_their_amounts_and_times_in_utc() {
        assertThat(export())
                .containsExactly(
                        "\uFEFFreservationId,reference,paymentId,provider,status,verdict,amount,captured,refunded,"
                                + "currency,late,disputed,createdAt,paidAt,capturedAt,providerReference");
        var bought = buy("S-A-1");
        PAYING.refund(id, bought, "{\"amount\":100,\"cancel\":false}");
        var open = reserve("S-A-2");
        var opened = PAYING.checkout(id, open);

        var lines = export();

        assertThat(lines).hasSize(3);
        assertThat(lines)
                .anyMatch(line -> line.matches(bought + ",[2-9A-Z]{8},[0-9a-f-]{36},sandbox,CAPTURED,CONFIRMS," + PRICE
                        + "," + PRICE + ",100,EUR,false,false,([0-9-]{10}T[0-9:.]+Z,){3}[^,]+"))
                .anyMatch(line -> line.matches(open.get("id").asText() + ",[2-9A-Z]{8},"
                        + SandboxSystem.payment(opened) + ",sandbox,OPEN,," + PRICE
                        + ",0,0,EUR,false,false,[0-9-]{10}T[0-9:.]+Z,,,"));
        assertThat(String.join("", lines)).doesNotContain("/sandbox/", "venue.example");
    }

    /** The provider names its payments as it likes. */
    @Test
    void a_reference_is_never_taken_for_a_formula() {
        buy("S-A-1");
        PAYING.system.update(
                "UPDATE payments SET reference = '=HYPERLINK(\"http://x\")' WHERE event_id = ?", id.value());

        assertThat(export().get(1)).endsWith(",\"'=HYPERLINK(\"\"http://x\"\")\"");
    }
}
