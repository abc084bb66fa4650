package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static seatlock.inventory.ReservationStatus.CANCELLED;
import static seatlock.inventory.ReservationStatus.CONFIRMED;
import static seatlock.inventory.ReservationStatus.EXPIRED;
import static seatlock.inventory.ReservationStatus.PENDING;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.catalog.Terms;

/** The rules without a database: a decision is a function of the locked rows, the time, and the commands. */
class DecisionTest {

    private static final Instant NOW = Instant.parse("2027-06-01T12:00:00Z");
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final ReservationToken TOKEN = new ReservationToken("rsv_mine");
    private static final ReservationToken OTHER_TOKEN = new ReservationToken("rsv_other");

    /** Each seat has a section of its own, so that all prices differ. */
    private static final Map<String, Long> PRICES = Map.of("S1", 1000L, "S2", 2000L, "S3", 3000L, "S4", 4000L);

    /** Seats; at most three in a reservation; begins in an hour. */
    private static final Event EVENT = new Event(
            new EventId(new UUID(7, 7)),
            "Aida",
            "Arena",
            ZoneId.of("Europe/Rome"),
            Currency.getInstance("EUR"),
            Terms.first(NOW.plusSeconds(3600), 3, Optional.empty()),
            4,
            NOW.minusSeconds(3600));

    private final Map<ReservationId, Reservation> reservations = new LinkedHashMap<>();
    private final Map<String, Seat> seats = new HashMap<>();

    DecisionTest() {
        for (int i = 1; i <= 4; i++) {
            seats.put(
                    "S-A-" + i,
                    new Seat(i, "S-A-" + i, "S" + i, "A", String.valueOf(i), SeatStatus.AVAILABLE, null, null));
        }
    }

    private static ReservationId id(int number) {
        return new ReservationId(new UUID(1, number));
    }

    private Decision decide(Instant now, Command... commands) {
        var locked = new Decision.Locked(Map.copyOf(reservations), Map.copyOf(seats));
        return decide(locked, now, List.of(commands));
    }

    private static Decision decide(Decision.Locked locked, Instant now, List<Command> commands) {
        return Decision.of(
                EVENT, PriceList.standard(PRICES), Layout.EMPTY, Reference::random, TTL, locked, now, commands);
    }

    private static Command.Reserve reserve(int id, String... labels) {
        return new Command.Reserve(id(id), List.of(labels), "ada@example.org", TOKEN);
    }

    private static Command.Cancel cancel(int id, ReservationToken token) {
        return new Command.Cancel(id(id), new Command.Canceller.Holder(token));
    }

    private static Command.Cancel cancelBySeller(int id) {
        return new Command.Cancel(id(id), new Command.Canceller.Seller(false));
    }

    private static Command.Confirm confirm(int id, long amount) {
        return new Command.Confirm(id(id), new Reservation.Payment("pi_" + id, amount));
    }

    /** Puts reservation 1 of S-A-1 and S-A-2, which expires at NOW plus TTL, into a state. */
    private void given(ReservationStatus status) {
        var decision = decide(NOW, reserve(1, "S-A-1", "S-A-2"));
        if (status == CONFIRMED) {
            decision = decide(NOW, reserve(1, "S-A-1", "S-A-2"), confirm(1, 3000));
        } else if (status == CANCELLED) {
            decision = decide(NOW, reserve(1, "S-A-1", "S-A-2"), cancelBySeller(1));
        } else if (status == EXPIRED) {
            reservations.putAll(decision.reservations());
            seats.putAll(decision.seats());
            decision = decide(NOW.plus(TTL), new Command.Expire(id(1)));
        }
        reservations.putAll(decision.reservations());
        seats.putAll(decision.seats());
        assertThat(reservations.get(id(1)).status()).isEqualTo(status);
    }

    private static String show(Outcome outcome) {
        return outcome instanceof Outcome.Done done
                ? done.reservation().status() + (done.changed() ? "" : " (unchanged)")
                : ((Outcome.Refused) outcome).reason().name();
    }

    private static String show(Decision decision) {
        return decision.outcomes().stream().map(DecisionTest::show).toList().toString();
    }

    @Test
    void a_reservation_holds_its_seats_until_it_expires() {
        var decision = decide(NOW, reserve(1, "S-A-2", "S-A-1"));

        var made = ((Outcome.Done) decision.outcomes().get(0)).reservation();
        assertThat(made.expiresAt()).isEqualTo(NOW.plus(TTL));
        assertThat(made.total()).isEqualTo(3000);
        assertThat(made.seats()).extracting(Reservation.ReservedSeat::label).containsExactly("S-A-1", "S-A-2");
        assertThat(decision.seats().get("S-A-1")).isEqualTo(seats.get("S-A-1").held(id(1), NOW.plus(TTL)));
    }

    @Test
    void a_command_sees_the_effects_of_those_before_it() {
        var decision = decide(
                NOW,
                reserve(1, "S-A-1"),
                reserve(2, "S-A-1"),
                cancel(1, TOKEN),
                reserve(3, "S-A-1"),
                confirm(3, 1000),
                confirm(3, 1000));

        assertThat(show(decision))
                .isEqualTo("[PENDING, SEATS_TAKEN, CANCELLED, PENDING, CONFIRMED, RESERVATION_NOT_PENDING]");
        assertThat(decision.seats().get("S-A-1").holder()).isEqualTo(id(3));
    }

    @Test
    void a_hold_lapses_at_the_instant_of_its_expiry_and_not_before() {
        given(PENDING);
        var expiry = NOW.plus(TTL);

        assertThat(show(decide(expiry.minusNanos(1000), reserve(2, "S-A-1")))).isEqualTo("[SEATS_TAKEN]");
        assertThat(show(decide(expiry.minusNanos(1000), confirm(1, 3000)))).isEqualTo("[CONFIRMED]");
        assertThat(show(decide(expiry, confirm(1, 3000)))).isEqualTo("[RESERVATION_EXPIRED]");
        assertThat(show(decide(expiry, reserve(2, "S-A-1")))).isEqualTo("[PENDING]");
    }

    @Test
    void expiring_a_reservation_releases_only_the_seats_it_still_holds() {
        given(PENDING);
        var later = NOW.plus(TTL).plusSeconds(1);

        var decision = decide(later, reserve(2, "S-A-1"), new Command.Expire(id(1)));

        assertThat(show(decision)).isEqualTo("[PENDING, EXPIRED]");
        assertThat(decision.seats().get("S-A-1").holder()).isEqualTo(id(2));
        assertThat(decision.seats().get("S-A-2").status()).isEqualTo(SeatStatus.AVAILABLE);
    }

    @Test
    void a_clock_that_is_set_back_does_not_sell_a_seat_twice() {
        given(PENDING);
        var taken = decide(NOW.plus(TTL), reserve(2, "S-A-1"));
        seats.putAll(taken.seats());

        assertThat(show(decide(NOW, confirm(1, 3000)))).isEqualTo("[RESERVATION_EXPIRED]");
    }

    @Test
    void reservations_are_refused_from_the_instant_the_event_begins() {
        assertThat(show(decide(EVENT.startsAt().minusNanos(1000), reserve(1, "S-A-1"))))
                .isEqualTo("[PENDING]");
        assertThat(show(decide(EVENT.startsAt(), reserve(1, "S-A-1")))).isEqualTo("[SALES_CLOSED]");
    }

    @Test
    void a_refusal_names_the_seats_in_the_order_of_the_request() {
        given(CONFIRMED);

        var taken =
                decide(NOW, reserve(2, "S-A-3", "S-A-2", "S-A-1")).outcomes().get(0);
        var unknown = decide(NOW, reserve(2, "Z-1", "S-A-1", "B-1")).outcomes().get(0);

        assertThat(((Outcome.Refused) taken).seats()).containsExactly("S-A-2", "S-A-1");
        assertThat(((Outcome.Refused) unknown).seats()).containsExactly("Z-1", "B-1");
    }

    @Test
    void a_command_with_a_duplicate_seat_or_no_seat_cannot_be_made() {
        assertThatThrownBy(() -> reserve(1, "S-A-1", "S-A-1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reserve(1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The whole table: every command on a reservation in every state, before and after its expiry. */
    @ParameterizedTest
    @EnumSource(ReservationStatus.class)
    void every_command_has_a_defined_outcome_in_every_state(ReservationStatus status) {
        given(status);
        var later = NOW.plus(TTL);
        var table = Stream.of(
                        show(decide(NOW, confirm(1, 3000))),
                        show(decide(later, confirm(1, 3000))),
                        show(decide(NOW, confirm(1, 2999))),
                        show(decide(NOW, cancel(1, TOKEN))),
                        show(decide(later, cancel(1, TOKEN))),
                        show(decide(NOW, cancel(1, OTHER_TOKEN))),
                        show(decide(NOW, cancelBySeller(1))),
                        show(decide(NOW, new Command.Expire(id(1)))),
                        show(decide(later, new Command.Expire(id(1)))))
                .map(outcome -> outcome.substring(1, outcome.length() - 1))
                .toList();

        var notPending = "RESERVATION_NOT_PENDING";
        assertThat(table)
                .containsExactlyElementsOf(
                        switch (status) {
                            case PENDING ->
                                List.of(
                                        "CONFIRMED",
                                        "RESERVATION_EXPIRED",
                                        "AMOUNT_MISMATCH",
                                        "CANCELLED",
                                        notPending,
                                        "RESERVATION_NOT_FOUND",
                                        "CANCELLED",
                                        "PENDING (unchanged)",
                                        "EXPIRED");
                            case CONFIRMED ->
                                List.of(
                                        notPending,
                                        notPending,
                                        notPending,
                                        notPending,
                                        notPending,
                                        "RESERVATION_NOT_FOUND",
                                        "CANCELLED",
                                        "CONFIRMED (unchanged)",
                                        "CONFIRMED (unchanged)");
                            case CANCELLED ->
                                List.of(
                                        notPending,
                                        notPending,
                                        notPending,
                                        "CANCELLED (unchanged)",
                                        "CANCELLED (unchanged)",
                                        "RESERVATION_NOT_FOUND",
                                        "CANCELLED (unchanged)",
                                        "CANCELLED (unchanged)",
                                        "CANCELLED (unchanged)");
                            case EXPIRED ->
                                List.of(
                                        "RESERVATION_EXPIRED",
                                        "RESERVATION_EXPIRED",
                                        "RESERVATION_EXPIRED",
                                        notPending,
                                        notPending,
                                        "RESERVATION_NOT_FOUND",
                                        notPending,
                                        "EXPIRED (unchanged)",
                                        "EXPIRED (unchanged)");
                        });
    }

    @Test
    void commands_on_an_unknown_reservation_are_refused() {
        assertThat(show(decide(NOW, confirm(9, 1), cancel(9, TOKEN), new Command.Expire(id(9)))))
                .isEqualTo("[RESERVATION_NOT_FOUND, RESERVATION_NOT_FOUND, RESERVATION_NOT_FOUND]");
    }

    /** 500 random histories of 40 commands each, on four seats. */
    @Test
    void no_history_sells_a_seat_twice_or_loses_one() {
        for (int history = 0; history < 500; history++) {
            var random = new Random(history);
            var now = NOW;
            Map<String, Seat> currentSeats = Map.copyOf(seats);
            Map<ReservationId, Reservation> current = Map.of();
            for (int step = 1; step <= 40; step++) {
                now = now.plus(Duration.ofSeconds(random.nextInt(120)));
                var command = random(random, step);
                var before = current;
                var decision = decide(new Decision.Locked(current, currentSeats), now, List.of(command));
                currentSeats = Map.copyOf(decision.seats());
                current = new LinkedHashMap<>(decision.reservations());
                check(history, currentSeats, current, before);
            }
        }
    }

    private static Command random(Random random, int step) {
        var some = 1 + random.nextInt(step);
        return switch (random.nextInt(6)) {
            case 0 -> confirm(some, 1000L * (1 + random.nextInt(4)));
            case 1 -> random.nextBoolean() ? cancel(some, TOKEN) : cancelBySeller(some);
            case 2 -> new Command.Expire(id(some));
            default -> {
                var labels = new ArrayList<>(List.of("S-A-1", "S-A-2", "S-A-3", "S-A-4"));
                Collections.shuffle(labels, random);
                yield reserve(step, labels.subList(0, 1 + random.nextInt(2)).toArray(String[]::new));
            }
        };
    }

    private static void check(
            int history,
            Map<String, Seat> seats,
            Map<ReservationId, Reservation> reservations,
            Map<ReservationId, Reservation> before) {
        assertThat(seats).hasSize(4);
        for (var seat : seats.values()) {
            assertThat(seat.status() == SeatStatus.AVAILABLE)
                    .as("history " + history)
                    .isEqualTo(seat.holder() == null);
            if (seat.holder() != null) {
                var holder = reservations.get(seat.holder());
                assertThat(holder.status())
                        .as("history " + history)
                        .isEqualTo(seat.status() == SeatStatus.SOLD ? CONFIRMED : PENDING);
                assertThat(holder.seats())
                        .extracting(Reservation.ReservedSeat::label)
                        .contains(seat.label());
            }
        }
        for (var reservation : reservations.values()) {
            var held = reservation.seats().stream()
                    .filter(seat ->
                            reservation.id().equals(seats.get(seat.label()).holder()))
                    .count();
            if (reservation.status() == CONFIRMED) {
                assertThat(held)
                        .as("history " + history)
                        .isEqualTo(reservation.seats().size());
            } else if (reservation.status() != PENDING) {
                assertThat(held).as("history " + history).isZero();
            }
            var previous = before.get(reservation.id());
            if (previous != null && (previous.status() == CANCELLED || previous.status() == EXPIRED)) {
                assertThat(reservation).as("history " + history).isEqualTo(previous);
            }
        }
    }

    private static final Quota ONE_PENDING_THREE_SEATS = new Quota("ada", false, 1, 3);

    private Outcome last(Instant now, Command... commands) {
        var outcomes = decide(now, commands).outcomes();
        return outcomes.get(outcomes.size() - 1);
    }

    private static Command.Reserve reserve(int id, Quota quota, String... labels) {
        return new Command.Reserve(id(id), List.of(labels), "ada@example.org", TOKEN, List.of(quota));
    }

    @Test
    void a_quota_limits_the_pending_reservations_of_a_buyer() {
        var first = reserve(1, ONE_PENDING_THREE_SEATS, "S-A-1");
        var second = reserve(2, ONE_PENDING_THREE_SEATS, "S-A-2");

        assertThat(last(NOW, first, second)).isEqualTo(new Outcome.TooManyPending(ONE_PENDING_THREE_SEATS));
        assertThat(last(NOW, first, reserve(2, new Quota("bob", false, 1, 3), "S-A-2")))
                .isInstanceOf(Outcome.Done.class);
        assertThat(last(NOW, first, confirm(1, 1000), second)).isInstanceOf(Outcome.Done.class);
        assertThat(last(NOW, first, cancel(1, TOKEN), second)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void a_quota_limits_the_seats_of_a_buyer() {
        var first = reserve(1, ONE_PENDING_THREE_SEATS, "S-A-1", "S-A-2");
        var two = reserve(2, ONE_PENDING_THREE_SEATS, "S-A-3", "S-A-4");
        var one = reserve(2, ONE_PENDING_THREE_SEATS, "S-A-3");

        assertThat(last(NOW, first, two)).isEqualTo(new Outcome.TooManySeats(ONE_PENDING_THREE_SEATS));
        assertThat(last(NOW, first, confirm(1, 3000), two))
                .isEqualTo(new Outcome.TooManySeats(ONE_PENDING_THREE_SEATS));
        assertThat(last(NOW, first, confirm(1, 3000), one)).isInstanceOf(Outcome.Done.class);
        assertThat(last(NOW, first, confirm(1, 3000), cancelBySeller(1), two)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void a_lapsed_reservation_no_longer_counts_against_a_quota() {
        var before = decide(NOW, reserve(1, ONE_PENDING_THREE_SEATS, "S-A-1", "S-A-2"));
        var usage = new Decision.Usage(before.quotas(), Set.of());
        var locked = new Decision.Locked(
                before.reservations(), before.seats(), Set.of(), Set.of(), usage, Decision.Facts.NONE);
        List<Command> again = List.of(reserve(2, ONE_PENDING_THREE_SEATS, "S-A-1", "S-A-2"));

        var early = decide(locked, NOW.plus(TTL).minusMillis(1), again);
        var late = decide(locked, NOW.plus(TTL), again);

        assertThat(early.outcomes().get(0)).isInstanceOf(Outcome.TooManySeats.class);
        assertThat(early.quotas()).isEqualTo(before.quotas());
        assertThat(late.outcomes().get(0)).isInstanceOf(Outcome.Done.class);
        assertThat(late.quotas()).isEqualTo(Map.of("ada", List.of(id(2))));
    }

    @Test
    void a_quota_that_is_locked_or_counts_a_locked_reservation_refuses_its_buyer() {
        var seatLockedByOthers = new Decision.Locked(
                Map.of(), seats, Set.of(), Set.of(), new Decision.Usage(Map.of(), Set.of("ada")), Decision.Facts.NONE);
        var reservationLockedByOthers = new Decision.Locked(
                Map.of(),
                seats,
                Set.of(id(7)),
                Set.of(),
                new Decision.Usage(Map.of("ada", List.of(id(7))), Set.of()),
                Decision.Facts.NONE);

        for (var locked : List.of(seatLockedByOthers, reservationLockedByOthers)) {
            var outcomes = decide(
                            locked, NOW, List.of(reserve(1, ONE_PENDING_THREE_SEATS, "S-A-1"), reserve(2, "S-A-1")))
                    .outcomes();
            assertThat(outcomes.get(0)).isEqualTo(new Outcome.Refused(Refusal.LOCKED, List.of(), Optional.empty()));
            assertThat(outcomes.get(1)).isInstanceOf(Outcome.Done.class);
        }
    }

    @Test
    void a_payment_confirms_one_reservation() {
        var payment = new Reservation.Payment("pi_1", 1000);
        var again = new Reservation.Payment("pi_1", 2000);
        var used = new Decision.Facts(Map.of(), Map.of("pi_1", id(7)));
        var first = reserve(1, "S-A-1");
        var second = reserve(2, "S-A-2");

        var together =
                decide(NOW, first, second, new Command.Confirm(id(1), payment), new Command.Confirm(id(2), again));
        var before = decide(
                new Decision.Locked(Map.of(), Map.copyOf(seats), Set.of(), Set.of(), Decision.Usage.NONE, used),
                NOW,
                List.of(first, new Command.Confirm(id(1), payment)));

        assertThat(show(together.outcomes().get(2))).isEqualTo("CONFIRMED");
        assertThat(show(together.outcomes().get(3))).isEqualTo("PAYMENT_USED");
        assertThat(together.payments()).isEqualTo(Map.of("pi_1", id(1)));
        assertThat(show(before.outcomes().get(1))).isEqualTo("PAYMENT_USED");
        assertThat(before.reservations().get(id(1)).status()).isEqualTo(PENDING);
    }

    @Test
    void a_reservation_with_a_used_ticket_is_refunded_only_by_force() {
        given(CONFIRMED);
        var locked = new Decision.Locked(
                Map.copyOf(reservations),
                Map.copyOf(seats),
                Set.of(),
                Set.of(),
                Decision.Usage.NONE,
                new Decision.Facts(Map.of(id(1), Set.of(1)), Map.of()));

        var decision = decide(
                locked, NOW, List.of(cancelBySeller(1), new Command.Cancel(id(1), new Command.Canceller.Seller(true))));

        assertThat(decision.outcomes().stream().map(DecisionTest::show)).containsExactly("TICKETS_USED", "CANCELLED");
    }

    @Test
    void no_change_is_recorded_before_the_change_that_it_follows() {
        given(CONFIRMED);
        var confirmedAt =
                reservations.get(id(1)).state().confirmation().orElseThrow().at();

        var refunded = decide(NOW.minus(Duration.ofHours(1)), cancelBySeller(1));

        assertThat(show(refunded.outcomes().get(0))).isEqualTo("CANCELLED");
        assertThat(refunded.reservations().get(id(1)).state().endedAt()).contains(confirmedAt);

        reservations.clear();
        seats.replaceAll((label, seat) -> seat.released());
        given(PENDING);
        var confirmed = decide(NOW.minus(Duration.ofHours(1)), confirm(1, 3000));
        var cancelled = decide(NOW.minus(Duration.ofHours(1)), cancelBySeller(1));

        assertThat(confirmed
                        .reservations()
                        .get(id(1))
                        .state()
                        .confirmation()
                        .orElseThrow()
                        .at())
                .isEqualTo(NOW);
        assertThat(cancelled.reservations().get(id(1)).state().endedAt()).contains(NOW);
    }
}
