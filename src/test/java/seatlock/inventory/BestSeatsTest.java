package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Row;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.inventory.BestSeats.Request;
import seatlock.inventory.BestSeats.Together;
import seatlock.inventory.SeatChoice.Chosen;
import seatlock.inventory.SeatChoice.NotTogether;
import seatlock.inventory.SeatChoice.SoldOut;
import seatlock.support.Storm;

class BestSeatsTest {

    /** For each size of a party. */
    private static final int RANDOM_HALLS = Storm.size(40, 150);

    /**
     * Rows of a section, by a picture of each: {@code g} is an ordinary free seat, {@code r} one with a restricted view, {@code a} an
     * accessible one, {@code c} one of a companion; {@code x} is an ordinary seat that is taken, and a space is a gap.
     */
    private record Drawn(List<PlannedRow> plan, BitSet free) {

        static Drawn of(String... rows) {
            var plan = new ArrayList<PlannedRow>();
            var free = new BitSet();
            int id = 1;
            for (var row : rows) {
                var seats = new ArrayList<Optional<SeatPlan.Seat>>();
                int first = id;
                for (char c : row.toCharArray()) {
                    if (c == ' ') {
                        seats.add(Optional.empty());
                        continue;
                    }
                    seats.add(Optional.of(seat(id, c == 'a', c == 'c', c == 'r', Optional.empty())));
                    free.set(id++, c != 'x');
                }
                plan.add(new PlannedRow(
                        "STALLS",
                        new Row(String.valueOf(plan.size() + 1), Sold.SINGLY, new Listed(List.copyOf(seats))),
                        first));
            }
            return new Drawn(plan, free);
        }

        Hall hall(boolean isReleased) {
            return Hall.of(plan, Optional.empty(), isReleased);
        }

        SeatChoice choose(int quantity, Together together) {
            return BestSeats.choose(hall(false), free, request(quantity, together, 0));
        }

        SeatChoice choose(int quantity, int accessible) {
            return BestSeats.choose(hall(false), free, request(quantity, Together.PREFERRED, accessible));
        }
    }

    private static SeatPlan.Seat seat(
            int number, boolean isAccessible, boolean isCompanion, boolean isRestricted, Optional<Point> at) {
        return new SeatPlan.Seat(String.valueOf(number), isAccessible, isCompanion, isRestricted, at);
    }

    private static Request request(int quantity, Together together, int accessible) {
        return new Request(quantity, Set.of(), together, accessible);
    }

    private static Request pair() {
        return request(2, Together.REQUIRED, 0);
    }

    private static Chosen together(Integer... seats) {
        return new Chosen(List.of(seats), true);
    }

    private static Chosen apart(Integer... seats) {
        return new Chosen(List.of(seats), false);
    }

    /** Rows of equal lengths, all free. */
    private static List<PlannedRow> rows(int rows, int length) {
        return IntStream.range(0, rows)
                .mapToObj(row -> new PlannedRow("STALLS", new Row("R" + row, length), 1 + row * length))
                .toList();
    }

    private static BitSet all(List<PlannedRow> plan) {
        var free = new BitSet();
        plan.forEach(row -> free.set(row.firstSeatId(), row.lastSeatId() + 1));
        return free;
    }

    @ParameterizedTest
    @CsvSource({
        "gggggg,         2, 3 4, middle of the row",
        "gggggg,         1, 3, of two that are equal the one with the lower id", // and 3 leaves 4 to 6
        "ggggg,          1, 3, the middle leaves pairs",
        "gggggggg,       2, 3 4, the middle would leave odd numbers on both sides",
        "ggxggg,         2, 1 2, a single seat would remain",
        "xggg,           2, 2 3, a single seat remains in any case",
        "gg gxxx,        2, 1 2, a gap separates",
        "rrggxx,         2, 3 4, a restricted view comes last",
        "ggrrr,          2, 1 2, and before that no single seat may remain",
        "rrrgggg,        3, 5 6 7, fewest restricted"
    })
    void a_party_sits_together_in_the_best_seats_of_a_row(String row, int quantity, String seats, String why) {
        var expected = List.of(seats.split(" ")).stream().map(Integer::valueOf).toList();
        assertThat(Drawn.of(row).choose(quantity, Together.REQUIRED)).as(why).isEqualTo(new Chosen(expected, true));
    }

    @Test
    void an_earlier_row_is_better_unless_a_single_seat_remains_there() {
        assertThat(Drawn.of("gggg", "gggg").choose(4, Together.REQUIRED)).isEqualTo(together(1, 2, 3, 4));
        assertThat(Drawn.of("ggg", "gg").choose(2, Together.REQUIRED)).isEqualTo(together(4, 5));
    }

    @Test
    void an_adjacent_party_is_refused_or_seated_nearby_where_no_row_has_room() {
        var drawn = Drawn.of("ggxxxx", "ggxxxx", "xxxxgg");
        assertThat(drawn.choose(4, Together.REQUIRED)).isEqualTo(new NotTogether(2));
        assertThat(drawn.choose(4, Together.PREFERRED)).isEqualTo(apart(1, 2, 7, 8));
        assertThat(drawn.choose(7, Together.PREFERRED)).isEqualTo(new SoldOut(6));
    }

    @Test
    void nobody_sits_alone_unless_there_is_no_other_way() {
        // A seat nearby would leave its buyer alone: the pair is in the last row.
        assertThat(Drawn.of("ggxgx", "xxxxx", "xxxxx", "xxxgg").choose(4, Together.PREFERRED))
                .isEqualTo(apart(1, 2, 19, 20));
        assertThat(Drawn.of("ggxgx", "xxxxx", "xxxxx", "xxxxx").choose(3, Together.PREFERRED))
                .isEqualTo(apart(1, 2, 4));
        // Three of five, because two of four would leave one alone.
        assertThat(Drawn.of("gggg", "gg").choose(5, Together.PREFERRED)).isEqualTo(apart(1, 2, 3, 5, 6));
    }

    @Test
    void the_row_behind_is_nearer_than_the_other_end_of_the_row() {
        assertThat(Drawn.of("ggxxxxxxgg", "ggxxxxxxxx").choose(4, Together.PREFERRED))
                .isEqualTo(apart(1, 2, 11, 12));
    }

    @Test
    void accessible_seats_and_those_of_companions_are_for_those_that_ask_for_them() {
        var drawn = Drawn.of("accg");
        assertThat(drawn.choose(1, Together.REQUIRED)).isEqualTo(together(4));
        assertThat(drawn.choose(2, Together.PREFERRED)).isEqualTo(new SoldOut(1));
        assertThat(drawn.choose(3, 1)).isEqualTo(together(1, 2, 3));
        assertThat(drawn.choose(4, 1)).isEqualTo(together(1, 2, 3, 4));
        assertThat(drawn.choose(2, 2)).isEqualTo(new SoldOut(1));
        assertThat(BestSeats.choose(drawn.hall(true), drawn.free(), pair())).isEqualTo(together(3, 4));
    }

    @Test
    void released_seats_are_given_after_the_ordinary_ones() {
        var drawn = Drawn.of("aagg", "gggg");
        assertThat(BestSeats.choose(drawn.hall(true), drawn.free(), pair())).isEqualTo(together(3, 4));
        drawn.free().clear(3, 5);
        assertThat(BestSeats.choose(drawn.hall(true), drawn.free(), pair())).isEqualTo(together(5, 6));
        drawn.free().clear(5, 9);
        assertThat(BestSeats.choose(drawn.hall(true), drawn.free(), pair())).isEqualTo(together(1, 2));
    }

    @Test
    void an_accessible_seat_comes_with_three_seats_of_companions() {
        assertThat(Drawn.of("acccc").choose(5, 1)).isEqualTo(new SoldOut(4));
        assertThat(Drawn.of("accccg").choose(5, 1)).isEqualTo(apart(1, 2, 3, 4, 6));
        assertThat(Drawn.of("ggcacgg").choose(2, 1)).as("not an ordinary one").isEqualTo(together(3, 4));
        assertThat(Drawn.of("ccacgg").choose(6, 1)).isEqualTo(together(1, 2, 3, 4, 5, 6));
    }

    @Test
    void a_party_with_accessible_seats_is_split_around_them() {
        // The rest sits nearest to the group, not in the best row; somebody moves there from the group, so that nobody
        // is alone.
        assertThat(Drawn.of("ggggg", "xxxxx", "xxxxx", "accxx", "xggxx").choose(5, 1))
                .isEqualTo(apart(16, 17, 18, 22, 23));
        assertThat(Drawn.of("ggggg", "xxxxx", "xxxxx", "accxx", "xggxx").choose(4, 1))
                .isEqualTo(apart(16, 17, 22, 23));
        assertThat(Drawn.of("acc", "acc").choose(6, 2)).isEqualTo(apart(1, 2, 3, 4, 5, 6));
        assertThat(Drawn.of("aa", "accc", "accc").choose(8, 2))
                .as("companions' seats without an accessible one are better than none")
                .isInstanceOf(Chosen.class);
        assertThat(Drawn.of("a", "a").choose(2, 2)).isEqualTo(apart(1, 2));
    }

    @Test
    void a_wheelchair_space_beside_a_seat_is_no_neighbor_that_everybody_may_buy() {
        assertThat(Drawn.of("gga", "ggg").choose(1, Together.REQUIRED)).isEqualTo(together(4));
        assertThat(Drawn.of("ga", "ggg").choose(1, Together.REQUIRED))
                .as("was single")
                .isEqualTo(together(1));
    }

    @Test
    void tables_and_places_are_never_chosen() {
        var plan = List.of(
                new PlannedRow("T", new Row("1", Sold.WHOLE, new SeatPlan.Numbered(4)), 1),
                new PlannedRow("FLOOR", new Row("GA", Sold.AS_PLACES, new SeatPlan.Numbered(50)), 5),
                new PlannedRow("STALLS", new Row("1", 3), 55));
        var hall = Hall.of(plan, Optional.empty(), true);
        assertThat(BestSeats.choose(hall, all(plan), request(3, Together.REQUIRED, 0)))
                .isEqualTo(together(55, 56, 57));
        assertThat(BestSeats.choose(hall, all(plan), request(4, Together.PREFERRED, 0)))
                .isEqualTo(new SoldOut(3));
    }

    @Test
    void only_the_requested_sections_are_searched() {
        var plan = List.of(new PlannedRow("STALLS", new Row("1", 3), 1), new PlannedRow("BALCONY", new Row("1", 4), 4));
        var hall = Hall.of(plan, Optional.empty(), false);
        assertThat(BestSeats.choose(hall, all(plan), new Request(2, Set.of("BALCONY"), Together.REQUIRED, 0)))
                .isEqualTo(together(4, 5));
        assertThat(BestSeats.choose(hall, all(plan), new Request(4, Set.of("STALLS"), Together.REQUIRED, 0)))
                .isEqualTo(new SoldOut(3));
        assertThat(BestSeats.choose(hall, all(plan), new Request(1, Set.of("ATTIC"), Together.REQUIRED, 0)))
                .isEqualTo(new SoldOut(0));
        assertThat(BestSeats.choose(hall, all(plan), new Request(7, Set.of(), Together.PREFERRED, 0)))
                .as("across sections, if there is no other way")
                .isEqualTo(apart(1, 2, 3, 4, 5, 6, 7));
    }

    @Test
    void seats_near_the_focus_come_first_and_those_without_coordinates_last() {
        var seats = IntStream.rangeClosed(1, 10)
                .mapToObj(i -> Optional.of(
                        seat(i, false, false, false, i > 8 ? Optional.empty() : Optional.of(new Point(10 * i, 4)))))
                .toList();
        var plan = List.of(new PlannedRow("STALLS", new Row("1", Sold.SINGLY, new Listed(seats)), 1));
        var hall = Hall.of(plan, Optional.of(new Point(80, 4)), false);
        assertThat(BestSeats.choose(hall, all(plan), pair())).isEqualTo(together(7, 8));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1e308, -1e308, Double.MIN_VALUE, 0})
    void no_coordinate_disturbs_the_search(double x) {
        var seats = IntStream.rangeClosed(1, 4)
                .mapToObj(i ->
                        Optional.of(seat(i, false, false, false, Optional.of(new Point(i % 2 == 0 ? x : -x, i)))))
                .toList();
        var plan = List.of(new PlannedRow("STALLS", new Row("1", Sold.SINGLY, new Listed(seats)), 1));
        var hall = Hall.of(plan, Optional.of(new Point(-x, 3)), false);
        assertThat(BestSeats.choose(hall, all(plan), pair())).isInstanceOf(Chosen.class);
    }

    @Test
    void rows_of_one_seat_and_rows_of_gaps_have_no_neighbors() {
        var ones = Drawn.of("g", "g", "g", " ", "", "g");
        assertThat(ones.choose(1, Together.REQUIRED)).isEqualTo(together(1));
        assertThat(ones.choose(2, Together.REQUIRED)).isEqualTo(new NotTogether(1));
        assertThat(ones.choose(2, Together.PREFERRED)).isEqualTo(apart(1, 2));
        assertThat(ones.choose(4, Together.PREFERRED)).isEqualTo(apart(1, 2, 3, 4));
        assertThat(ones.choose(100, Together.PREFERRED)).isEqualTo(new SoldOut(4));
        var gaps = Drawn.of("g g g g", "   ");
        assertThat(gaps.choose(2, Together.REQUIRED)).isEqualTo(new NotTogether(1));
        assertThat(gaps.choose(2, Together.PREFERRED)).isEqualTo(apart(2, 3));
        assertThat(Drawn.of("  ").choose(1, Together.PREFERRED)).isEqualTo(new SoldOut(0));
        assertThat(Drawn.of().choose(1, Together.PREFERRED)).isEqualTo(new SoldOut(0));
    }

    @Test
    void a_request_has_from_one_to_a_hundred_seats_and_no_more_accessible_ones() {
        assertThatThrownBy(() -> request(0, Together.REQUIRED, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request(101, Together.REQUIRED, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request(2, Together.REQUIRED, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request(2, Together.REQUIRED, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"50, 20", "10, 100", "100, 10", "125, 8", "500, 2", "1, 1000"})
    void five_hundred_pairs_fill_a_thousand_seats_two_by_two(int rows, int length) {
        var plan = rows(rows, length);
        var hall = Hall.of(plan, Optional.empty(), false);
        var free = all(plan);
        for (int i = 0; i < 500; i++) {
            var choice = BestSeats.choose(hall, free, pair());
            assertThat(choice).as("pair %s", i).isInstanceOf(Chosen.class);
            var seats = ((Chosen) choice).seats();
            assertThat(seats).hasSize(2).allMatch(free::get);
            assertThat(seats.get(1)).isEqualTo(seats.get(0) + 1);
            assertThat((seats.get(0) - 1) / length).isEqualTo((seats.get(1) - 1) / length);
            seats.forEach(free::clear);
            assertThat(singles(plan, free)).isEmpty();
        }
        assertThat(free.isEmpty()).isTrue();
        assertThat(BestSeats.choose(hall, free, pair())).isEqualTo(new SoldOut(0));
    }

    private static List<Integer> singles(List<PlannedRow> plan, BitSet free) {
        return plan.stream()
                .flatMap(row -> IntStream.rangeClosed(row.firstSeatId(), row.lastSeatId())
                        .filter(free::get)
                        .filter(id -> id == row.firstSeatId() || !free.get(id - 1))
                        .filter(id -> id == row.lastSeatId() || !free.get(id + 1))
                        .boxed())
                .toList();
    }

    /** A hall of at most forty seats of all kinds, in which some are taken. */
    private static List<PlannedRow> randomPlan(Random random) {
        var plan = new ArrayList<PlannedRow>();
        int longest = 1 + random.nextInt(10);
        int id = 1;
        for (int i = 0; i < 8; i++) {
            var section = "S" + (i * (1 + random.nextInt(2)) / 6);
            section = plan.isEmpty() || section.compareTo(plan.get(i - 1).section()) > 0
                    ? section
                    : plan.get(i - 1).section();
            var sold = random.nextInt(10) == 0 ? Sold.WHOLE : Sold.SINGLY;
            var seats = new ArrayList<Optional<SeatPlan.Seat>>();
            int length = 1 + random.nextInt(longest);
            for (int position = 0; position < length && id + seats.size() <= 40; position++) {
                var kind = random.nextInt(12);
                var at = random.nextInt(8) == 0
                        ? Optional.<Point>empty()
                        : Optional.of(new Point(random.nextInt(12), 0));
                seats.add(
                        random.nextInt(10) == 0
                                ? Optional.empty()
                                : Optional.of(seat(position, kind == 0, kind < 3, random.nextInt(6) == 0, at)));
            }
            var row = new PlannedRow(section, new Row("R" + i, sold, new Listed(List.copyOf(seats))), id);
            plan.add(row);
            id = row.lastSeatId() + 1;
        }
        return plan;
    }

    private static Optional<Point> randomFocus(Random random) {
        return random.nextBoolean() ? Optional.of(new Point(random.nextInt(12), 0)) : Optional.empty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void the_choice_is_the_best_of_all_there_are_in_random_halls(int seed) {
        var random = new Random(seed);
        int apart = 0;
        int refused = 0;
        int soldOut = 0;
        for (int i = 0; i < RANDOM_HALLS; i++) {
            var plan = randomPlan(random);
            var free = all(plan);
            double taken = random.nextDouble();
            for (int id = 1; id <= 40; id++) {
                free.set(id, free.get(id) && random.nextDouble() > taken);
            }
            var focus = randomFocus(random);
            var isReleased = random.nextInt(4) == 0;
            var hall = Hall.of(plan, focus, isReleased);
            var oracle = new BestSeatsOracle(plan, focus, isReleased, free);
            int quantity = 1 + random.nextInt(free.cardinality() > 25 ? 4 : 6);
            var sections = random.nextInt(5) == 0 ? Set.of("S0") : Set.<String>of();
            var together = random.nextInt(4) == 0 ? Together.REQUIRED : Together.PREFERRED;
            var request = new Request(quantity, sections, together, 0);
            var choice = BestSeats.choose(hall, free, request);
            var what = plan + " " + free + " " + focus + " " + isReleased + " " + request;
            assertThat(choice).as(what).isEqualTo(expected(oracle, request));
            apart += choice instanceof Chosen chosen && !chosen.together() ? 1 : 0;
            refused += choice instanceof NotTogether ? 1 : 0;
            soldOut += choice instanceof SoldOut ? 1 : 0;
        }
        assertThat(List.of(apart, refused, soldOut))
                .as("all cases were tested")
                .allMatch(count -> count > RANDOM_HALLS / 60);
    }

    private static SeatChoice expected(BestSeatsOracle oracle, Request request) {
        var best = oracle.best(request, true);
        if (best.isPresent()) {
            return new Chosen(best.get(), true);
        }
        int available = oracle.available(request);
        if (available < request.quantity()) {
            return new SoldOut(available);
        }
        return request.together() == Together.REQUIRED
                ? new NotTogether(oracle.largest(request))
                : new Chosen(oracle.best(request, false).orElseThrow(), false);
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 12, 13, 14})
    void so_is_that_with_accessible_seats_or_it_keeps_their_rules(int seed) {
        var random = new Random(seed);
        int together = 0;
        int apart = 0;
        for (int i = 0; i < 500; i++) {
            var plan = randomPlan(random);
            var free = all(plan);
            double taken = random.nextDouble() / 2;
            for (int id = 1; id <= 40; id++) {
                free.set(id, free.get(id) && random.nextDouble() > taken);
            }
            var isReleased = random.nextInt(4) == 0;
            var focus = randomFocus(random);
            var hall = Hall.of(plan, focus, isReleased);
            var oracle = new BestSeatsOracle(plan, focus, isReleased, free);
            int quantity = 1 + random.nextInt(7);
            var preference = random.nextInt(4) == 0 ? Together.REQUIRED : Together.PREFERRED;
            var request = request(quantity, preference, 1 + random.nextInt(Math.min(3, quantity)));
            var choice = BestSeats.choose(hall, free, request);
            var what = plan + " " + free + " " + focus + " " + isReleased + " " + request;
            if (choice instanceof Chosen chosen && !chosen.together()) {
                apart++;
                assertThat(oracle.best(request, true)).as(what).isEmpty();
                assertThat(oracle.available(request)).as(what).isEqualTo(quantity);
                var seats = chosen.seats();
                assertThat(seats)
                        .as(what)
                        .hasSize(quantity)
                        .doesNotHaveDuplicates()
                        .isSorted()
                        .allMatch(free::get);
                assertThat(seats.stream().filter(hall::isAccessible)).as(what).hasSize(request.accessible());
                assertThat(seats.stream().filter(hall::isForCompanion).count())
                        .as(what)
                        .isLessThanOrEqualTo(3L * request.accessible());
            } else {
                together += choice instanceof Chosen ? 1 : 0;
                assertThat(choice).as(what).isEqualTo(expected(oracle, request));
            }
        }
        assertThat(together).isGreaterThan(20);
        assertThat(apart).isGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22, 23})
    void a_herd_of_parties_sells_every_seat_that_everybody_may_buy_and_no_other(int seed) {
        var random = new Random(seed);
        var plan = IntStream.range(0, 25)
                .mapToObj(row -> new PlannedRow(
                        "S" + row / 9,
                        new Row(
                                "R" + row,
                                Sold.SINGLY,
                                new Listed(IntStream.range(0, 40)
                                        .mapToObj(i -> i == 20
                                                ? Optional.<SeatPlan.Seat>empty()
                                                : Optional.of(seat(
                                                        i,
                                                        row % 8 == 0 && i % 9 == 0,
                                                        row % 8 == 0 && i % 9 == 1,
                                                        i < 2,
                                                        Optional.empty())))
                                        .toList())),
                        1 + 39 * row))
                .toList();
        var hall = Hall.of(plan, Optional.empty(), false);
        var free = all(plan);
        while (true) {
            int left = (int) free.stream().filter(hall::isOpen).count();
            int quantity = 1 + random.nextInt(8);
            var choice = BestSeats.choose(hall, free, request(quantity, Together.PREFERRED, 0));
            if (choice instanceof SoldOut soldOut) {
                assertThat(soldOut.available()).isEqualTo(left).isLessThan(quantity);
                if (left == 0) {
                    break;
                }
                continue;
            }
            var seats = ((Chosen) choice).seats();
            assertThat(seats).hasSize(quantity).allMatch(free::get).allMatch(hall::isOrdinary);
            seats.forEach(free::clear);
        }
        assertThat(free.cardinality()).isEqualTo((int) plan.stream()
                .flatMapToInt(row -> IntStream.rangeClosed(row.firstSeatId(), row.lastSeatId()))
                .filter(id -> !hall.isOrdinary(id))
                .count());
    }
}
