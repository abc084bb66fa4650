package seatlock.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.payments.PayingProcess.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.FakeStripe;
import seatlock.support.FakeStripe.Delivery;
import seatlock.support.FakeStripe.Fault;
import seatlock.support.FakeStripe.Operation;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The node is killed (SIGKILL) at each step of a payment, again and again. Afterwards seat and money agree. */
@Tag("payments")
class PaymentKillTest {

    private static final int KILLS = Integer.getInteger("seatlock.payments.kills", 20);
    private static final long PRICE = 4500;

    private static final TestSystem SYSTEM = new TestSystem();

    @TempDir
    private Path home;

    @AfterAll
    static void close() {
        SYSTEM.close();
    }

    /** The moments at which the node is killed. */
    enum Moment {
        BEFORE_THE_PAGE_IS_OPENED,
        AFTER_THE_PAGE_WAS_OPENED,
        AFTER_THE_URL_WAS_HANDED_OUT,
        WHILE_THE_NOTICE_IS_RECORDED,
        AFTER_THE_NOTICE_WAS_RECORDED,
        BEFORE_THE_CAPTURE,
        AFTER_THE_CAPTURE,
        BEFORE_THE_RELEASE,
        AFTER_THE_RELEASE,
        BEFORE_THE_REFUND,
        AFTER_THE_REFUND
    }

    @ParameterizedTest
    @EnumSource
    void seat_and_money_agree_after_a_kill(Moment moment) {
        try (var stripe = new FakeStripe();
                var process = new PayingProcess(
                        home,
                        SYSTEM,
                        stripe,
                        Map.of("PAYMENT_TTL", "PT1M", "LATE_PAYMENT", "RELEASE", "INVARIANT_CHECK_INTERVAL", "PT0S"))) {
            process.start();
            for (int kill = 0; kill < KILLS; kill++) {
                new Round(stripe, process, moment, kill).run();
            }
        }
    }

    /** One purchase with one kill. */
    private static final class Round {

        private final FakeStripe stripe;
        private final PayingProcess process;
        private final Moment moment;
        private final int number;
        private final Event event = SYSTEM.event(1);
        private final Api api;
        private final CompletableFuture<Void> killed = new CompletableFuture<>();

        Round(FakeStripe stripe, PayingProcess process, Moment moment, int number) {
            this.stripe = stripe;
            this.process = process;
            this.moment = moment;
            this.number = number;
            this.api = process.api();
        }

        void run() {
            stripe.recover();
            stripe.onEffect(call -> {});
            stripe.deliver(notice -> Delivery.NOW);
            switch (moment) {
                case BEFORE_THE_PAGE_IS_OPENED -> killBefore(Operation.CREATE_PAGE);
                case AFTER_THE_PAGE_WAS_OPENED -> killAfter(Operation.CREATE_PAGE);
                case BEFORE_THE_CAPTURE -> killBefore(Operation.CAPTURE);
                case AFTER_THE_CAPTURE -> killAfter(Operation.CAPTURE);
                case BEFORE_THE_RELEASE -> killBefore(Operation.CANCEL);
                case AFTER_THE_RELEASE -> killAfter(Operation.CANCEL);
                case BEFORE_THE_REFUND -> killBefore(Operation.REFUND);
                case AFTER_THE_REFUND -> killAfter(Operation.REFUND);
                default -> {
                    // killed below
                }
            }
            var reservation = patiently(() -> api.reserve(event.id(), "reserve", new String[] {"S-A-1"}))
                    .json();
            var page = patiently(() -> checkout(reservation)).json().get("url").asText();
            if (moment == Moment.AFTER_THE_URL_WAS_HANDED_OUT) {
                kill();
            }
            var isRelease = moment == Moment.BEFORE_THE_RELEASE || moment == Moment.AFTER_THE_RELEASE;
            if (isRelease) {
                SYSTEM.lapse(event.id());
            }
            if (moment == Moment.WHILE_THE_NOTICE_IS_RECORDED) {
                CompletableFuture.runAsync(() -> {
                    LockSupport.parkNanos(Duration.ofMillis(number * 2L).toNanos());
                    kill();
                });
            }
            var intent = stripe.pay(page);
            assertThat(intent).isNotNull();
            if (moment == Moment.AFTER_THE_NOTICE_WAS_RECORDED) {
                Wait.until("the notice is recorded", () -> verdicts() == 1);
                kill();
            }
            if (isRelease) {
                settle(reservation, "EXPIRED");
                assertThat(stripe.book(intent).captured()).isZero();
                assertThat(stripe.book(intent).voided()).isEqualTo(PRICE);
            } else {
                settle(reservation, "CONFIRMED");
                assertThat(stripe.book(intent).captured()).isEqualTo(PRICE);
            }
            if (moment == Moment.BEFORE_THE_REFUND || moment == Moment.AFTER_THE_REFUND) {
                var refund = patiently(() -> refund(reservation));
                assertThat(refund.outcome()).isEqualTo("200");
                settle(reservation, "CANCELLED");
                assertThat(stripe.book(intent).refunded()).isEqualTo(PRICE);
                assertThat(stripe.book(intent).refunds()).hasSize(1);
            }
            killed.join(); // otherwise nothing was tested
            assertThat(stripe.books().stream()
                            .filter(entry -> payment().equals(entry.metadata().get("payment")))
                            .count())
                    .isEqualTo(1);
        }

        private void killBefore(Operation operation) {
            stripe.fail(call -> {
                if (call.operation() == operation && kill()) {
                    return Fault.SERVER_ERROR;
                }
                return Fault.NONE;
            });
        }

        private void killAfter(Operation operation) {
            stripe.onEffect(call -> {
                if (call.operation() == operation) {
                    kill();
                }
            });
        }

        /** Kills the node and starts it again, once. @return whether this was the time */
        private boolean kill() {
            synchronized (killed) {
                if (killed.isDone()) {
                    return false;
                }
                process.kill();
                killed.complete(null);
            }
            CompletableFuture.runAsync(process::start);
            return true;
        }

        private Api.Response checkout(JsonNode reservation) {
            return api.checkout(event.id(), reservation, "checkout", "https://venue.example");
        }

        private Api.Response refund(JsonNode reservation) {
            return api.refund(event.id(), reservation.get("id").asText(), "refund", "{}");
        }

        /** Waits until the payment is at rest. It is due when the lease of the killed node is over; here, at once. */
        private void settle(JsonNode reservation, String status) {
            Wait.until("the payment is at rest", () -> {
                SYSTEM.update(
                        "UPDATE payments SET due_at = now() WHERE event_id = ? AND due_at > now() AND status <> 'OPEN'",
                        event.id().value());
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                return verdicts() == 1
                        && SYSTEM.count(
                                        "SELECT count(*) AS n FROM payments WHERE event_id = ? AND due_at IS NOT NULL",
                                        event.id().value())
                                == 0;
            });
            SYSTEM.sweeper().runOnce();
            assertThat(SYSTEM.query(
                            "SELECT status FROM reservations WHERE event_id = ?",
                            row -> row.text("status"),
                            event.id().value()))
                    .containsExactly(status);
            assertThat(SYSTEM.violations(event.id())).isEmpty();
        }

        private long verdicts() {
            return SYSTEM.count(
                    "SELECT count(*) AS n FROM payments WHERE event_id = ? AND verdict IS NOT NULL",
                    event.id().value());
        }

        private String payment() {
            return SYSTEM.query(
                            "SELECT payment_id::text AS id FROM payments WHERE event_id = ?",
                            row -> row.text("id"),
                            event.id().value())
                    .get(0);
        }
    }
}
