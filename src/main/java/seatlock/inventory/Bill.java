package seatlock.inventory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import seatlock.catalog.Event;
import seatlock.catalog.Fee;

/**
 * The total of a reservation line by line, as people read it. All amounts are in minor units of the event's currency. The amounts
 * of the lines add up to the total.
 *
 * <p>Tax is contained, not added. That of a line is rounded half up once, and the tax of the bill is the sum of its lines: what is
 * printed adds up.
 *
 * @param seats in the order of the seat plan
 * @param fees in the order of their numbers
 * @param taxRate in hundredths of a percent; 0 for none
 */
public record Bill(List<SeatsLine> seats, List<FeeLine> fees, int taxRate) {

    /**
     * The seats of a section that cost the same for the same reason.
     *
     * @param priceType id of their price type
     * @param price of one of them, without discount and fees
     * @param discount what a code takes off the price of one of them
     * @param amount of all of them, after the discount
     * @param tax that the amount contains
     */
    public record SeatsLine(
            String section, String priceType, int quantity, long price, long discount, long amount, long tax) {}

    /**
     * A fee.
     *
     * @param quantity how many seats carry it; 1 for a fee per reservation
     * @param amount altogether
     * @param tax that the amount contains
     */
    public record FeeLine(Fee fee, int quantity, long amount, long tax) {}

    public Bill {
        seats = List.copyOf(seats);
        fees = List.copyOf(fees);
    }

    /** Returns the bill of a reservation, with the seats that were given back later. */
    public static Bill of(Event event, Reservation reservation) {
        return of(event, reservation.allSeats(), reservation.breakdown());
    }

    static Bill of(Event event, List<Reservation.ReservedSeat> reserved, Breakdown breakdown) {
        record Kind(String section, String priceType, long price, long discount) {}
        var quantities = new LinkedHashMap<Kind, Integer>();
        for (var seat : reserved) {
            var kind = new Kind(seat.section(), seat.priceType(), seat.price(), seat.discount());
            quantities.merge(kind, 1, Integer::sum);
        }
        var seats = new ArrayList<SeatsLine>();
        quantities.forEach((kind, quantity) -> {
            var amount = quantity * (kind.price - kind.discount);
            seats.add(new SeatsLine(
                    kind.section, kind.priceType, quantity, kind.price, kind.discount, amount, event.taxIn(amount)));
        });
        var fees = breakdown.fees().stream()
                .map(paid -> new FeeLine(paid.fee(), paid.quantity(), paid.amount(), event.taxIn(paid.amount())))
                .toList();
        return new Bill(seats, fees, event.taxRate());
    }

    /** Returns the tax that the total contains. */
    public long tax() {
        return seats.stream().mapToLong(SeatsLine::tax).sum()
                + fees.stream().mapToLong(FeeLine::tax).sum();
    }
}
