package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

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
import seatlock.catalog.Fee;
import seatlock.catalog.Layout;
import seatlock.catalog.Limit;
import seatlock.catalog.PriceList;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Row;
import seatlock.catalog.SeatPlan.SectionPrice;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Tariff;
import seatlock.catalog.Terms;

/** The rules about giving back some seats of a reservation, without a database. */
class PartialCancelDecisionTest {

    private static final Instant NOW = Instant.parse("2027-06-01T12:00:00Z");
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final UUID LIMIT = new UUID(3, 3);

    private static final Event EVENT = new Event(
            new EventId(new UUID(7, 7)),
            "Aida",
            "Arena",
            ZoneId.of("Europe/Rome"),
            Currency.getInstance("EUR"),
            Terms.first(NOW.plusSeconds(3600), 10, Optional.empty()),
            5,
            NOW.minusSeconds(3600));

    /** S-A-1 to S-A-3, and the table S-T with two seats. */
    private static final Layout LAYOUT = new Layout(
            List.of(
                    new PlannedRow("S", new Row("A", 3), 1),
                    new PlannedRow("S", new Row("T", Sold.WHOLE, new Numbered(2)), 4)),
            Optional.empty());

    /** Ten seats may be sold for 1000; 100 are given back for each seat besides, and 300 with the last one. */
    private static final PriceList PRICES = new PriceList(
            new Tariff(
                    List.of(new PriceType("early", "Early", Optional.of(new Limit(LIMIT, 10)))),
                    List.of(
                            new Fee(1, "Service", 100, Fee.Per.SEAT, true),
                            new Fee(2, "Printing", 10, Fee.Per.SEAT, false),
                            new Fee(3, "Postage", 300, Fee.Per.RESERVATION, true),
                            new Fee(4, "Handling", 50, Fee.Per.RESERVATION, false))),
            Map.of(new SectionPrice("S", "early"), 1000L));

    private final Map<ReservationId, Reservation> reservations = new LinkedHashMap<>();
    private final Map<String, Seat> seats = new HashMap<>();
    private Limits limits = new Limits(Map.of(LIMIT, new Limits.Count(10, 0, 0)), Map.of(), Map.of(), Set.of());
    private Set<Integer> used = Set.of();

    PartialCancelDecisionTest() {
        for (int i = 1; i <= 5; i++) {
            var row = i <= 3 ? "A" : "T";
            var number = String.valueOf(i <= 3 ? i : i - 3);
            var label = "S-" + row + "-" + number;
            seats.put(label, new Seat(i, label, "S", row, number, SeatStatus.AVAILABLE, null, null));
        }
    }

    private static ReservationId id(int number) {
        return new ReservationId(new UUID(1, number));
    }

    private static Command.CancelSeats cancel(int id, String... labels) {
        return new Command.CancelSeats(id(id), Set.of(labels), false);
    }

    private static Command.Reserve reserve(int id, String... labels) {
        return new Command.Reserve(id(id), List.of(labels), "ada@example.org", new ReservationToken("rsv_mine"));
    }

    /** Decides and keeps the result, as if it had been written. */
    private List<Outcome> apply(Instant now, Command... commands) {
        var facts = new Decision.Facts(Map.of(id(1), used), Map.of());
        var locked = new Decision.Locked(
                Map.copyOf(reservations),
                Map.copyOf(seats),
                Set.of(),
                Set.of(),
                Decision.Usage.NONE,
                facts,
                limits,
                Map.of(),
                SeatPool.NONE);
        var decision = Decision.of(EVENT, PRICES, LAYOUT, Reference::random, TTL, locked, now, List.of(commands));
        reservations.putAll(decision.reservations());
        seats.putAll(decision.seats());
        limits = new Limits(
                decision.limits().counts(),
                Map.of(),
                Map.copyOf(decision.limits().uses()),
                Set.of());
        return decision.outcomes();
    }

    /** Reservation 1 of three seats and a table, in a state. */
    private void given(ReservationStatus status) {
        var basket = new Basket(
                Basket.ofSeats(List.of("S-A-1", "S-A-2", "S-A-3")).seats(),
                List.of(),
                List.of(new Basket.TableItem("S-T", Optional.empty())),
                Optional.empty());
        var buyer = reserve(1, "S-A-1").buyer();
        apply(NOW, new Command.Reserve(id(1), basket, buyer, List.of(), false));
        switch (status) {
            case PENDING -> {}
            case CONFIRMED -> apply(NOW, new Command.Confirm(id(1), new Reservation.Payment("pi_1", 5900)));
            case CANCELLED -> apply(NOW, new Command.Cancel(id(1), new Command.Canceller.Seller(false)));
            case EXPIRED -> apply(NOW.plus(TTL), new Command.Expire(id(1)));
        }
        assertThat(reservations.get(id(1)).status()).isEqualTo(status);
    }

    private static String show(List<Outcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome instanceof Outcome.Done done
                        ? done.reservation().status() + (done.changed() ? "" : " (unchanged)")
                        : ((Outcome.Refused) outcome).reason() + " " + ((Outcome.Refused) outcome).seats())
                .toList()
                .toString();
    }

    @Test
    void seats_are_given_back_and_sold_again_and_the_last_ones_end_the_reservation() {
        given(ReservationStatus.CONFIRMED);

        var outcomes = apply(
                NOW.plusSeconds(60),
                cancel(1, "S-A-1"),
                reserve(2, "S-A-1"),
                cancel(1, "S-A-1"),
                cancel(1, "S-A-2", "S-B-1"),
                cancel(1, "S-A-1", "S-A-2", "S-A-3", "S-T-1", "S-T-2"));

        assertThat(show(outcomes))
                .isEqualTo("[CONFIRMED, PENDING, CONFIRMED (unchanged), NOT_OF_THE_RESERVATION [S-B-1], CANCELLED]");
        var first = (Outcome.Done) outcomes.get(0);
        assertThat(first.refunded()).isEqualTo(first.reservation().refunded()).hasSize(1);
        assertThat(first.refunded().get(0).at()).isEqualTo(NOW.plusSeconds(60));
        assertThat(first.reservation().total()).isEqualTo(5900);
        assertThat(first.reservation().refundOfParts()).isEqualTo(1100);
        assertThat(first.reservation().refundOfRest()).isEqualTo(4 * 1100 + 300);
        assertThat(seats.get("S-A-1").holder()).isEqualTo(id(2));
        assertThat(seats.get("S-A-2").holder()).isNull();
        assertThat(reservations.get(id(1)).seats()).hasSize(4);
        assertThat(reservations.get(id(1)).version()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(ReservationStatus.class)
    void only_a_confirmed_reservation_gives_back_single_seats(ReservationStatus status) {
        given(status);

        assertThat(show(apply(NOW, cancel(1, "S-A-1"), cancel(9, "S-A-1"))))
                .isEqualTo(
                        switch (status) {
                            case PENDING, EXPIRED -> "[RESERVATION_NOT_CONFIRMED [], RESERVATION_NOT_FOUND []]";
                            case CONFIRMED -> "[CONFIRMED, RESERVATION_NOT_FOUND []]";
                            case CANCELLED -> "[CANCELLED (unchanged), RESERVATION_NOT_FOUND []]";
                        });
    }

    @Test
    void a_hold_that_has_lapsed_is_not_confirmed() {
        given(ReservationStatus.PENDING);

        assertThat(show(apply(NOW.plus(TTL), cancel(1, "S-A-1")))).isEqualTo("[RESERVATION_NOT_CONFIRMED []]");
    }

    @Test
    void a_table_is_given_back_whole() {
        given(ReservationStatus.CONFIRMED);

        assertThat(show(apply(NOW, cancel(1, "S-A-1", "S-T-2"), cancel(1, "S-T-2", "S-T-1"), cancel(1, "S-T-1"))))
                .isEqualTo("[TABLE_DIVIDED [S-T-2], CONFIRMED, CONFIRMED (unchanged)]");
    }

    @Test
    void a_used_ticket_keeps_its_own_seat_only() {
        given(ReservationStatus.CONFIRMED);
        used = Set.of(1);

        assertThat(show(apply(
                        NOW,
                        cancel(1, "S-A-1", "S-A-2"),
                        cancel(1, "S-A-2"),
                        new Command.CancelSeats(id(1), Set.of("S-A-1"), true))))
                .isEqualTo("[TICKETS_USED [S-A-1], CONFIRMED, CONFIRMED]");
    }

    /** In any order, in any parts. */
    @Test
    void all_parts_together_are_refunded_once_and_count_once_against_limits() {
        var random = new Random(7);
        for (int round = 0; round < 200; round++) {
            var test = new PartialCancelDecisionTest();
            test.given(ReservationStatus.CONFIRMED);
            var parts = new ArrayList<>(
                    List.of(List.of("S-A-1"), List.of("S-A-2"), List.of("S-A-3"), List.of("S-T-1", "S-T-2")));
            Collections.shuffle(parts, random);
            while (!parts.isEmpty()) {
                var taken = parts.subList(0, 1 + random.nextInt(parts.size()));
                var labels = taken.stream().flatMap(List::stream).toArray(String[]::new);
                taken.clear();
                test.apply(NOW, cancel(1, labels));

                var reservation = test.reservations.get(id(1));
                assertThat(reservation.refundOfParts() + reservation.refundOfRest())
                        .isEqualTo(5900 - 5 * 10 - 50);
                var left = parts.stream().mapToInt(List::size).sum();
                assertThat(test.limits.counts().get(LIMIT).confirmed()).isEqualTo(left);
                assertThat(test.seats.values().stream().filter(seat -> seat.holder() != null))
                        .hasSize(left);
            }
            assertThat(test.reservations.get(id(1)).status()).isEqualTo(ReservationStatus.CANCELLED);
            assertThat(Stream.of(test.limits.counts().get(LIMIT).pending())).containsExactly(0);
        }
    }
}
