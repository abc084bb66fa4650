package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Fee;
import seatlock.catalog.PriceType;
import seatlock.catalog.Tariff;
import seatlock.catalog.Terms;
import seatlock.inventory.Reservation.ReservedSeat;
import seatlock.support.Storm;

/** The bill of a reservation, compared with exact decimals. */
class BillTest {

    private static final int BASKETS = Storm.size(2_000, 10_000);

    private static Event event(String currency, int taxRate) {
        var startsAt = Instant.parse("2031-06-18T19:00:00Z");
        return new Event(
                new EventId(UUID.randomUUID()),
                Event.Status.PUBLISHED,
                Event.Details.of("Aida", "Arena di Verona"),
                "Europe/Rome",
                currency,
                taxRate,
                Terms.first(startsAt, 100, Optional.empty()),
                1,
                100,
                startsAt);
    }

    private static ReservedSeat seat(int id, String section, String type, long price, long discount) {
        return new ReservedSeat(id, section + "-A-" + id, section, type, price, discount, Optional.empty());
    }

    private static Bill bill(Event event, List<ReservedSeat> seats, Tariff tariff) {
        return Bill.of(event, seats, Breakdown.of(seats, tariff));
    }

    private static Tariff tariff(Fee... fees) {
        return new Tariff(List.of(PriceType.STANDARD), List.of(fees));
    }

    @Test
    void a_family_has_a_line_for_each_section_price_type_and_fee() {
        var seats = List.of(
                seat(1, "STALLS", "adult", 4500, 0),
                seat(2, "STALLS", "child", 2250, 250),
                seat(3, "STALLS", "adult", 4500, 0),
                seat(9, "CIRCLE", "adult", 4500, 0),
                seat(10, "CIRCLE", "baby", 0, 0));
        var fees = tariff(
                new Fee(1, "Booking fee", 150, Fee.Per.SEAT, false),
                new Fee(2, "Postage", 300, Fee.Per.RESERVATION, true));

        var bill = bill(event("EUR", 1900), seats, fees);

        assertThat(bill.seats())
                .containsExactly(
                        new Bill.SeatsLine("STALLS", "adult", 2, 4500, 0, 9000, 1437),
                        new Bill.SeatsLine("STALLS", "child", 1, 2250, 250, 2000, 319),
                        new Bill.SeatsLine("CIRCLE", "adult", 1, 4500, 0, 4500, 718),
                        new Bill.SeatsLine("CIRCLE", "baby", 1, 0, 0, 0, 0));
        assertThat(bill.fees())
                .containsExactly(
                        new Bill.FeeLine(fees.fees().get(0), 4, 600, 96),
                        new Bill.FeeLine(fees.fees().get(1), 1, 300, 48));
        assertThat(bill.tax()).isEqualTo(1437 + 319 + 718 + 96 + 48);
        assertThat(bill(event("EUR", 0), seats, fees).tax()).isZero();
    }

    @Test
    void half_a_minor_unit_of_tax_is_rounded_up_once_per_line() {
        var seats = List.of(seat(1, "A", "adult", 3, 0), seat(2, "A", "adult", 3, 0), seat(3, "B", "adult", 3, 0));

        var bill = bill(event("EUR", 2000), seats, tariff()); // the sixth part of an amount

        assertThat(bill.seats().stream().map(Bill.SeatsLine::tax)).containsExactly(1L, 1L); // of 1 and 0.5
        assertThat(bill.tax()).isEqualTo(2);
    }

    @Test
    void the_largest_reservation_does_not_overflow() {
        var seats = IntStream.rangeClosed(1, Event.MAX_SEATS_PER_RESERVATION)
                .mapToObj(id -> seat(id, "A", "adult", PriceType.MAX_PRICE, 0))
                .toList();
        var fee = new Fee(1, "Fee", PriceType.MAX_PRICE, Fee.Per.SEAT, true);

        var bill = bill(event("JPY", 10_000), seats, tariff(fee));

        assertThat(bill.tax()).isEqualTo(100 * PriceType.MAX_PRICE);
    }

    /** The decimals of a currency change nothing: all is counted in minor units. */
    @ParameterizedTest
    @ValueSource(strings = {"EUR", "JPY", "KWD"})
    void the_lines_of_ten_thousand_random_baskets_add_up_to_the_total(String currency) {
        var random = new Random(13);
        for (int i = 0; i < BASKETS; i++) {
            var event = event(currency, random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(10_000));
            var tariff = randomTariff(random);
            var seats = randomSeats(random);
            var breakdown = Breakdown.of(seats, tariff);

            var bill = Bill.of(event, seats, breakdown);

            var oracle = new Oracle(event.taxRate());
            seats.forEach(seat -> oracle.add(
                    seat.section() + " " + seat.priceType() + " " + seat.price() + " " + seat.discount(),
                    BigDecimal.valueOf(seat.price()).subtract(BigDecimal.valueOf(seat.discount()))));
            for (var fee : tariff.fees()) {
                var carriers = seats.stream()
                        .filter(seat -> seat.price() > seat.discount())
                        .count();
                var quantity = fee.per() == Fee.Per.SEAT ? carriers : Math.min(carriers, 1);
                for (int n = 0; n < quantity; n++) {
                    oracle.add("fee " + fee.number(), BigDecimal.valueOf(fee.amount()));
                }
            }
            assertThat(amounts(bill)).as("basket %d", i).isEqualTo(oracle.amounts());
            assertThat(taxes(bill)).as("basket %d", i).isEqualTo(oracle.taxes());
            assertThat(amounts(bill).values().stream().mapToLong(n -> n).sum()).isEqualTo(breakdown.total());
            var seatsAllIn = seats.stream().mapToLong(breakdown::allIn).sum();
            var perReservation = bill.fees().stream()
                    .filter(line -> line.fee().per() == Fee.Per.RESERVATION)
                    .mapToLong(Bill.FeeLine::amount)
                    .sum();
            assertThat(seatsAllIn + perReservation).isEqualTo(breakdown.total());
            var unrounded = oracle.exactTax(BigDecimal.valueOf(breakdown.total()));
            assertThat(BigDecimal.valueOf(bill.tax()).subtract(unrounded).abs().doubleValue())
                    .isLessThanOrEqualTo(oracle.lines.size() * 0.5 + 1e-6);
        }
    }

    /** Adds amounts by line and takes the tax of each line, in decimals of any length. */
    private static final class Oracle {

        private final BigDecimal rate;
        private final Map<String, BigDecimal> lines = new HashMap<>();

        Oracle(int taxRate) {
            this.rate = BigDecimal.valueOf(taxRate, 4);
        }

        void add(String line, BigDecimal amount) {
            lines.merge(line, amount, BigDecimal::add);
        }

        BigDecimal exactTax(BigDecimal amount) {
            return amount.multiply(rate).divide(BigDecimal.ONE.add(rate), 20, RoundingMode.HALF_EVEN);
        }

        Map<String, Long> amounts() {
            var amounts = new HashMap<String, Long>();
            lines.forEach((line, amount) -> amounts.put(line, amount.longValueExact()));
            return amounts;
        }

        Map<String, Long> taxes() {
            var taxes = new HashMap<String, Long>();
            lines.forEach((line, amount) -> {
                var tax = amount.multiply(rate).divide(BigDecimal.ONE.add(rate), 0, RoundingMode.HALF_UP);
                taxes.put(line, tax.longValueExact());
            });
            return taxes;
        }
    }

    private static Map<String, Long> amounts(Bill bill) {
        var amounts = new HashMap<String, Long>();
        bill.seats().forEach(line -> amounts.put(name(line), line.amount()));
        bill.fees().forEach(line -> amounts.put("fee " + line.fee().number(), line.amount()));
        return amounts;
    }

    private static Map<String, Long> taxes(Bill bill) {
        var taxes = new HashMap<String, Long>();
        bill.seats().forEach(line -> taxes.put(name(line), line.tax()));
        bill.fees().forEach(line -> taxes.put("fee " + line.fee().number(), line.tax()));
        return taxes;
    }

    private static String name(Bill.SeatsLine line) {
        return line.section() + " " + line.priceType() + " " + line.price() + " " + line.discount();
    }

    private static Tariff randomTariff(Random random) {
        var fees = IntStream.rangeClosed(1, random.nextInt(5))
                .mapToObj(number -> new Fee(
                        number,
                        "Fee " + number,
                        1 + random.nextInt(2_000),
                        random.nextBoolean() ? Fee.Per.SEAT : Fee.Per.RESERVATION,
                        random.nextBoolean()))
                .toArray(Fee[]::new);
        return tariff(fees);
    }

    private static List<ReservedSeat> randomSeats(Random random) {
        var seats = new ArrayList<ReservedSeat>();
        var count = 1 + random.nextInt(12);
        for (int id = 1; id <= count; id++) {
            var type = random.nextInt(4);
            var price = type == 3 ? 0 : (type + 1) * 1_111L + random.nextInt(2);
            var discount = random.nextInt(3) == 0 ? price * random.nextInt(11) / 10 : 0;
            seats.add(seat(id, "S" + random.nextInt(3), "type-" + type, price, discount));
        }
        return seats;
    }
}
