package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.inventory.ReservationStatus.CANCELLED;
import static seatlock.inventory.ReservationStatus.CONFIRMED;
import static seatlock.inventory.ReservationStatus.EXPIRED;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.catalog.Terms;

/** The rules about longer holds and about payments for lapsed ones, without a database. */
class HoldDecisionTest {

    private static final Instant NOW = Instant.parse("2027-06-01T12:00:00Z");
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final Duration MICROSECOND = Duration.ofNanos(1000);
    private static final ReservationToken TOKEN = new ReservationToken("rsv_mine");
    private static final Instant START = NOW.plusSeconds(7200);

    private final Map<ReservationId, Reservation> reservations = new LinkedHashMap<>();
    private final Map<String, Seat> seats = new HashMap<>();
    private final Map<String, ReservationId> payments = new HashMap<>();
    private Map<String, List<ReservationId>> quotas = Map.of();
    private Event event = event(Event.Status.PUBLISHED, false, Optional.empty());

    HoldDecisionTest() {
        for (int i = 1; i <= 4; i++) {
            seats.put(
                    "S-A-" + i, new Seat(i, "S-A-" + i, "S", "A", String.valueOf(i), SeatStatus.AVAILABLE, null, null));
        }
    }

    private static Event event(Event.Status status, boolean isPaused, Optional<Duration> maxHold) {
        var terms = new Terms(
                1,
                START,
                Optional.empty(),
                Optional.empty(),
                isPaused,
                3,
                OptionalInt.empty(),
                Optional.empty(),
                maxHold,
                false,
                Optional.empty(),
                Terms.Choice.FREE);
        var published = new Event(
                new EventId(new UUID(7, 7)),
                "Aida",
                "Arena",
                ZoneId.of("Europe/Rome"),
                Currency.getInstance("EUR"),
                terms,
                4,
                NOW.minusSeconds(3600));
        return new Event(
                published.id(),
                status,
                published.details(),
                published.timeZoneName(),
                published.currencyCode(),
                published.taxRate(),
                terms,
                published.printedVersion(),
                published.capacity(),
                published.createdAt());
    }

    private static ReservationId id(int number) {
        return new ReservationId(new UUID(1, number));
    }

    private static Command.Reserve reserve(int id, String... labels) {
        return new Command.Reserve(id(id), List.of(labels), "ada@example.org", TOKEN);
    }

    private static Command.Extend extend(int id) {
        return new Command.Extend(id(id), Optional.of(TOKEN));
    }

    private static Command.Confirm reacquire(int lapsed, int successor, long amount, Quota... quotas) {
        return new Command.Confirm(
                id(lapsed),
                new Reservation.Payment("pi_" + lapsed, amount),
                Optional.of(new Command.Successor(id(successor), List.of(quotas))));
    }

    /** Decides and keeps the result, as if it had been written. Returns the last outcome. */
    private Outcome apply(Instant now, Command... commands) {
        var decision = decide(now, commands);
        reservations.putAll(decision.reservations());
        seats.putAll(decision.seats());
        payments.putAll(decision.payments());
        quotas = decision.quotas();
        return decision.outcomes().get(commands.length - 1);
    }

    private Decision decide(Instant now, Command... commands) {
        var locked = new Decision.Locked(
                Map.copyOf(reservations),
                Map.copyOf(seats),
                Set.of(),
                Set.of(),
                new Decision.Usage(quotas, Set.of()),
                new Decision.Facts(Map.of(), Map.copyOf(payments)));
        return Decision.of(
                event,
                PriceList.standard(Map.of("S", 1000L)),
                Layout.EMPTY,
                Reference::random,
                TTL,
                locked,
                now,
                List.of(commands));
    }

    private static Reservation done(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done) outcome).reservation();
    }

    private static Outcome.Refused refused(Outcome outcome, Refusal reason) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
        return (Outcome.Refused) outcome;
    }

    @Test
    void an_extension_lasts_one_ttl_from_now_and_three_altogether() {
        apply(NOW, reserve(1, "S-A-1", "S-A-2"));

        var first = done(apply(NOW.plusSeconds(500), extend(1)));
        assertThat(first.expiresAt()).isEqualTo(NOW.plusSeconds(500).plus(TTL));
        assertThat(first.version()).isEqualTo(2);
        assertThat(seats.get("S-A-2")).isEqualTo(seats.get("S-A-2").held(id(1), first.expiresAt()));
        assertThat(done(apply(NOW.plusSeconds(1000), extend(1))).expiresAt()).isEqualTo(NOW.plusSeconds(1600));

        var last = done(apply(NOW.plusSeconds(1500), extend(1)));
        assertThat(last.expiresAt()).isEqualTo(NOW.plus(TTL.multipliedBy(3)));
        assertThat(apply(NOW.plusSeconds(1799), extend(1))).isEqualTo(new Outcome.Done(last, false));
        refused(apply(NOW.plusSeconds(1800), extend(1)), Refusal.RESERVATION_EXPIRED);
    }

    @Test
    void an_extension_never_ends_a_hold_earlier() {
        apply(NOW, reserve(1, "S-A-1"));

        var before = reservations.get(id(1));

        assertThat(apply(NOW.minusSeconds(60), extend(1))).isEqualTo(new Outcome.Done(before, false));
    }

    @Test
    void the_limit_of_a_hold_is_that_of_the_terms_when_it_was_made_but_at_least_its_ttl() {
        event = event(Event.Status.PUBLISHED, false, Optional.of(TTL.plusSeconds(1)));
        apply(NOW, reserve(1, "S-A-1"));
        event = event(Event.Status.PUBLISHED, false, Optional.of(TTL.dividedBy(2)));
        apply(NOW, reserve(2, "S-A-2"));
        event = event(Event.Status.PUBLISHED, false, Optional.empty());

        assertThat(done(apply(NOW.plusSeconds(300), extend(1))).expiresAt())
                .isEqualTo(NOW.plus(TTL).plusSeconds(1));
        assertThat(done(apply(NOW.plusSeconds(300), extend(2))).expiresAt()).isEqualTo(NOW.plus(TTL));
    }

    @Test
    void a_hold_can_be_extended_until_the_instant_of_its_expiry_and_not_after() {
        apply(NOW, reserve(1, "S-A-1"));
        var expiry = NOW.plus(TTL);

        assertThat(decide(expiry.minus(MICROSECOND), extend(1)).outcomes().get(0))
                .isInstanceOf(Outcome.Done.class);
        assertThat(refused(decide(expiry, extend(1)).outcomes().get(0), Refusal.RESERVATION_EXPIRED)
                        .seats())
                .isEmpty();
        apply(expiry, reserve(2, "S-A-1"));
        assertThat(refused(apply(expiry, extend(1)), Refusal.RESERVATION_EXPIRED)
                        .seats())
                .containsExactly("S-A-1");
        // even if the clock is set back
        refused(apply(NOW, extend(1)), Refusal.RESERVATION_EXPIRED);
    }

    @Test
    void an_extension_needs_the_token_or_a_seller() {
        apply(NOW, reserve(1, "S-A-1"));

        var other = new Command.Extend(id(1), Optional.of(new ReservationToken("rsv_other")));

        refused(apply(NOW.plusSeconds(1), other), Refusal.RESERVATION_NOT_FOUND);
        refused(apply(NOW.plusSeconds(1), extend(9)), Refusal.RESERVATION_NOT_FOUND);
        done(apply(NOW.plusSeconds(1), new Command.Extend(id(1), Optional.empty())));
    }

    @Test
    void a_paused_sale_lets_holds_be_extended_but_a_started_or_cancelled_event_does_not() {
        apply(START.minusSeconds(60), reserve(1, "S-A-1"));

        event = event(Event.Status.PUBLISHED, true, Optional.empty());
        done(decide(START.minus(MICROSECOND), extend(1)).outcomes().get(0));
        refused(decide(START, extend(1)).outcomes().get(0), Refusal.SALES_CLOSED);
        event = event(Event.Status.CANCELLED, false, Optional.empty());
        refused(decide(START.minusSeconds(30), extend(1)).outcomes().get(0), Refusal.EVENT_CANCELLED);
    }

    @Test
    void only_a_pending_reservation_can_be_extended() {
        apply(NOW, reserve(1, "S-A-1"), new Command.Confirm(id(1), new Reservation.Payment("pi_1", 1000)));

        refused(apply(NOW, extend(1)), Refusal.RESERVATION_NOT_PENDING);
    }

    @ParameterizedTest
    @EnumSource(
            value = ReservationStatus.class,
            names = {"PENDING", "EXPIRED"})
    void a_successor_of_a_lapsed_reservation_is_confirmed_if_its_seats_are_free(ReservationStatus marked) {
        apply(NOW, reserve(1, "S-A-1", "S-A-2"));
        var late = NOW.plus(TTL).plusSeconds(5);
        if (marked == EXPIRED) {
            apply(late, new Command.Expire(id(1)));
        }

        var outcome = apply(late, reacquire(1, 2, 2000));

        var successor = done(outcome);
        var replaced = ((Outcome.Done) outcome).replaced().orElseThrow();
        assertThat(successor.id()).isEqualTo(id(2));
        assertThat(successor.status()).isEqualTo(CONFIRMED);
        assertThat(successor.replaces()).contains(id(1));
        assertThat(successor.seats()).isEqualTo(replaced.reservation().seats());
        assertThat(successor.reference()).isNotEqualTo(replaced.reservation().reference());
        assertThat(successor.admits(TOKEN)).isTrue();
        assertThat(successor.state().confirmation().orElseThrow().at()).isEqualTo(late);
        assertThat(successor.expiresAt()).isAfter(late).isEqualTo(successor.holdUntil());
        assertThat(replaced.wasExpired()).isEqualTo(marked == EXPIRED);
        assertThat(replaced.reservation()).isEqualTo(reservations.get(id(1)));
        assertThat(replaced.reservation().status()).isEqualTo(EXPIRED);
        assertThat(replaced.reservation().replacedBy()).contains(id(2));
        assertThat(replaced.reservation().version()).isEqualTo(marked == EXPIRED ? 3 : 2);
        assertThat(seats.get("S-A-1").status()).isEqualTo(SeatStatus.SOLD);
        assertThat(seats.get("S-A-2").holder()).isEqualTo(id(2));
        assertThat(payments).isEqualTo(Map.of("pi_1", id(2)));
    }

    @Test
    void a_reservation_that_has_not_lapsed_is_confirmed_itself() {
        apply(NOW, reserve(1, "S-A-1"));

        assertThat(done(apply(NOW.plusSeconds(1), reacquire(1, 2, 1000))).id()).isEqualTo(id(1));
        refused(apply(NOW.plusSeconds(2), reacquire(1, 3, 1000)), Refusal.RESERVATION_NOT_PENDING);
    }

    @Test
    void no_successor_gets_a_seat_that_another_buyer_has() {
        apply(NOW, reserve(1, "S-A-1", "S-A-2"));
        var late = NOW.plus(TTL);
        apply(late, reserve(2, "S-A-2"));

        for (var command :
                List.of(reacquire(1, 3, 2000), new Command.Confirm(id(1), new Reservation.Payment("pi_1", 2000)))) {
            var refused = refused(apply(late, command), Refusal.RESERVATION_EXPIRED);
            assertThat(refused.seats()).containsExactly("S-A-2");
            assertThat(refused.reservation().orElseThrow().status()).isEqualTo(EXPIRED);
        }
        assertThat(reservations).doesNotContainKey(id(3));
        assertThat(payments).isEmpty();
        // The other hold lapses, too.
        assertThat(done(apply(late.plus(TTL), reacquire(1, 3, 2000))).status()).isEqualTo(CONFIRMED);
        refused(
                apply(late.plus(TTL), new Command.Confirm(id(2), new Reservation.Payment("pi_2", 1000))),
                Refusal.RESERVATION_EXPIRED);
    }

    @Test
    void a_replaced_reservation_is_not_confirmed_again_even_after_a_refund() {
        apply(NOW, reserve(1, "S-A-1"));
        apply(NOW.plus(TTL), reacquire(1, 2, 1000));
        refused(apply(NOW.plus(TTL), reacquire(1, 3, 1000)), Refusal.RESERVATION_NOT_PENDING);
        assertThat(done(apply(NOW.plus(TTL), new Command.Cancel(id(2), new Command.Canceller.Seller(false))))
                        .status())
                .isEqualTo(CANCELLED);

        var refused = refused(apply(NOW.plus(TTL), reacquire(1, 3, 1000)), Refusal.RESERVATION_NOT_PENDING);

        assertThat(refused.reservation().orElseThrow().replacedBy()).contains(id(2));
    }

    @Test
    void a_late_payment_must_fit_and_must_not_be_used() {
        apply(NOW, reserve(1, "S-A-1"), reserve(2, "S-A-2"));
        apply(NOW, new Command.Confirm(id(2), new Reservation.Payment("pi_1", 1000)));

        refused(apply(NOW.plus(TTL), reacquire(1, 3, 999)), Refusal.AMOUNT_MISMATCH);
        refused(apply(NOW.plus(TTL), reacquire(1, 3, 1000)), Refusal.PAYMENT_USED);

        assertThat(reservations.get(id(1)).status()).isEqualTo(ReservationStatus.PENDING);
        assertThat(seats.get("S-A-1").holder()).isEqualTo(id(1));
    }

    @Test
    void a_late_payment_counts_after_the_start_but_not_for_a_cancelled_event() {
        var late = START.plusSeconds(1);
        apply(START.minusSeconds(700), reserve(1, "S-A-1"));

        event = event(Event.Status.CANCELLED, false, Optional.empty());
        refused(apply(late, reacquire(1, 2, 1000)), Refusal.EVENT_CANCELLED);
        event = event(Event.Status.PUBLISHED, true, Optional.empty());

        var successor = done(apply(late, reacquire(1, 2, 1000)));
        assertThat(successor.createdAt()).isEqualTo(START.minusSeconds(700));
    }

    @Test
    void a_successor_counts_against_the_seats_of_its_buyer_and_not_as_pending() {
        var quota = new Quota("ada", false, 1, 2);
        var late = NOW.plus(TTL);
        apply(NOW, new Command.Reserve(id(1), List.of("S-A-1"), "ada@example.org", TOKEN, List.of(quota)));
        apply(late, new Command.Reserve(id(2), List.of("S-A-2"), "ada@example.org", TOKEN, List.of(quota)));

        done(apply(late, reacquire(1, 3, 1000, quota)));

        assertThat(quotas).isEqualTo(Map.of("ada", List.of(id(2), id(3))));
        var more = new Command.Reserve(id(4), List.of("S-A-3"), "ada@example.org", TOKEN, List.of(quota));
        assertThat(apply(late, more)).isEqualTo(new Outcome.TooManySeats(quota));
    }

    @Test
    void a_successor_beyond_the_quota_of_its_buyer_is_refused() {
        var quota = new Quota("ada", false, 1, 1);
        var late = NOW.plus(TTL);
        apply(NOW, new Command.Reserve(id(1), List.of("S-A-1"), "ada@example.org", TOKEN, List.of(quota)));
        apply(late, new Command.Reserve(id(2), List.of("S-A-2"), "ada@example.org", TOKEN, List.of(quota)));

        assertThat(apply(late, reacquire(1, 3, 1000, quota))).isEqualTo(new Outcome.TooManySeats(quota));
        assertThat(payments).isEmpty();
    }

    @Test
    void locked_seats_refuse_a_late_payment_but_not_the_expiry_of_what_has_expired() {
        apply(NOW, reserve(1, "S-A-1"));
        apply(NOW.plus(TTL), new Command.Expire(id(1)));
        var locked = new Decision.Locked(
                Map.copyOf(reservations),
                Map.of(),
                Set.of(),
                Set.of("S-A-1"),
                Decision.Usage.NONE,
                Decision.Facts.NONE);

        var outcomes = Decision.of(
                        event,
                        PriceList.standard(Map.of("S", 1000L)),
                        Layout.EMPTY,
                        Reference::random,
                        TTL,
                        locked,
                        NOW.plus(TTL),
                        List.of(reacquire(1, 2, 1000), new Command.Expire(id(1))))
                .outcomes();

        refused(outcomes.get(0), Refusal.LOCKED);
        assertThat(outcomes.get(1)).isInstanceOf(Outcome.Done.class);
    }
}
