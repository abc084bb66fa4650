package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Row;
import seatlock.catalog.SeatPlan.Sold;

class OrphansTest {

    /**
     * A row and a choice: {@code g} is a free seat, {@code G} one that is chosen, {@code x} one that is taken, {@code X} one that is
     * taken but chosen, {@code a} a free accessible one, {@code A} one that is chosen; a space is a gap. Ids count from 1.
     */
    private static Optional<Orphans> orphans(String row, boolean isReleased) {
        var seats = new ArrayList<Optional<SeatPlan.Seat>>();
        var free = new BitSet();
        var chosen = new ArrayList<Integer>();
        int id = 1;
        for (char c : row.toCharArray()) {
            if (c == ' ') {
                seats.add(Optional.empty());
                continue;
            }
            var number = String.valueOf(id);
            var isAccessible = Character.toLowerCase(c) == 'a';
            seats.add(Optional.of(new SeatPlan.Seat(number, isAccessible, false, false, Optional.empty())));
            free.set(id, Character.toLowerCase(c) != 'x');
            if (Character.isUpperCase(c)) {
                chosen.add(id);
            }
            id++;
        }
        var plan = List.of(new PlannedRow("STALLS", new Row("1", Sold.SINGLY, new Listed(seats)), 1));
        return Orphans.of(Hall.of(plan, Optional.empty(), isReleased), free, chosen);
    }

    @ParameterizedTest
    @CsvSource({
        "gGGg,       1 4,   1 2",
        "gGGgg,      1,     1 2",
        "ggGGg,      5,     4 5",
        "GgG g,      '',    ''",
        "GgGg,       2 4,   1 2",
        "GgGgg,      2,     1 2",
        "gGg,        1 3,   1",
        "xgGGggx,    2,     2 3",
        "gGGgg gGGgg,1 6,   1 2 6 7",
        "gGGgg X,    1,     1 2 6",
        "ggggGGg,    7,     4 5"
    })
    void a_choice_that_leaves_a_single_seat_has_another_one_instead(String row, String seats, String instead) {
        var orphans = orphans(row, false);
        assertThat(orphans.map(Orphans::seats).orElse(List.of())).isEqualTo(ids(seats));
        assertThat(orphans.map(Orphans::instead).orElse(List.of())).isEqualTo(ids(instead));
    }

    private static List<Integer> ids(String list) {
        return list.isEmpty()
                ? List.of()
                : List.of(list.split(" ")).stream().map(Integer::valueOf).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gGG", "GGg", "xgGGx", "GGGG", "GGgg", "ggGGgg", "g GG", "gxGG", "gg", "", " ", "Gg", "GG g gg", "X",
                "gXg"
            })
    void a_choice_without_a_better_one_in_its_row_is_fine(String row) {
        assertThat(orphans(row, false)).isEmpty();
    }

    @Test
    void accessible_seats_count_only_when_they_are_released() {
        assertThat(orphans("gaGGgg", false)).as("was single before").isEmpty();
        assertThat(orphans("gAgg", false)).as("an accessible seat leaves none").isEmpty();
        assertThat(orphans("aGGgg", false)).as("an accessible seat is none").isEmpty();
        assertThat(orphans("aGGgg", true)).contains(new Orphans(List.of(1), List.of(1, 2)));
    }

    @Test
    void a_table_has_no_single_seats() {
        var plan = List.of(new PlannedRow("T", new Row("1", Sold.WHOLE, new SeatPlan.Numbered(4)), 1));
        var free = new BitSet();
        free.set(1, 5);
        assertThat(Orphans.of(Hall.of(plan, Optional.empty(), false), free, List.of(2, 3)))
                .isEmpty();
    }

    /** Against all ways to seat the party beside each other in the same free seats. */
    @Test
    void the_choice_instead_leaves_none_and_is_the_nearest_in_random_rows() {
        var random = new Random(1);
        int found = 0;
        for (int i = 0; i < 2_000; i++) {
            int length = 1 + random.nextInt(9);
            int chosenBits = 1 + random.nextInt((1 << length) - 1);
            var row = new StringBuilder("x");
            IntStream.range(0, length).forEach(at -> row.append((chosenBits >> at & 1) > 0 ? 'G' : 'g'));
            int party = Integer.bitCount(chosenBits);
            var singles = singles(chosenBits, length);
            int first = Integer.numberOfTrailingZeros(chosenBits);
            var instead = IntStream.rangeClosed(0, length - party)
                    .boxed()
                    .filter(from -> singles(((1 << party) - 1) << from, length).isEmpty())
                    .sorted((a, b) -> Integer.compare(Math.abs(a - first), Math.abs(b - first)))
                    .findFirst();
            var expected = singles.isEmpty() || instead.isEmpty() || length == 1
                    ? Optional.<Orphans>empty()
                    : Optional.of(new Orphans(
                            singles.stream().map(at -> at + 2).toList(),
                            IntStream.range(instead.get(), instead.get() + party)
                                    .mapToObj(at -> at + 2)
                                    .toList()));
            assertThat(orphans(row + "x", false)).as(row.toString()).isEqualTo(expected);
            found += expected.isPresent() ? 1 : 0;
        }
        assertThat(found).isGreaterThan(100);
    }

    private static List<Integer> singles(int chosenBits, int length) {
        return IntStream.range(0, length)
                .filter(at -> (chosenBits >> at & 1) == 0)
                .filter(at -> at == 0 || (chosenBits >> at - 1 & 1) > 0)
                .filter(at -> at == length - 1 || (chosenBits >> at + 1 & 1) > 0)
                .boxed()
                .toList();
    }
}
