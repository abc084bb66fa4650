package seatlock.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import seatlock.catalog.Fee;
import seatlock.catalog.Tariff;
import seatlock.inventory.Reservation.ReservedSeat;

/**
 * The parts of a reservation's total, in minor units of the event's currency. They are fixed when the reservation is made.
 *
 * @param prices sum of the prices of its seats
 * @param discounts sum of what a code takes off them
 * @param fees in the order of their numbers
 */
public record Breakdown(long prices, long discounts, List<PaidFee> fees) {

    /**
     * A fee of a reservation.
     *
     * @param quantity how many seats carry it; 1 for a fee per reservation
     */
    public record PaidFee(Fee fee, int quantity) {

        public long amount() {
            return fee.amount() * quantity;
        }
    }

    public Breakdown {
        fees = List.copyOf(fees);
    }

    /** Prices without discounts and fees. */
    public static Breakdown of(long prices) {
        return new Breakdown(prices, 0, List.of());
    }

    /** Returns what seats cost under a tariff. A seat that is free carries no fee, and neither does a reservation of such seats. */
    static Breakdown of(List<ReservedSeat> seats, Tariff tariff) {
        var paid = (int) seats.stream().filter(seat -> seat.net() > 0).count();
        var fees = new ArrayList<PaidFee>();
        if (paid > 0) {
            tariff.fees().forEach(fee -> fees.add(new PaidFee(fee, fee.per() == Fee.Per.SEAT ? paid : 1)));
        }
        return new Breakdown(
                seats.stream().mapToLong(ReservedSeat::price).sum(),
                seats.stream().mapToLong(ReservedSeat::discount).sum(),
                fees);
    }

    /** Returns the sum of the fees. */
    public long feeTotal() {
        return fees.stream().mapToLong(PaidFee::amount).sum();
    }

    /** Returns what is paid. */
    public long total() {
        return prices - discounts + feeTotal();
    }

    /** Returns what a seat costs with its fees. */
    public long allIn(ReservedSeat seat) {
        return seat.net() == 0 ? 0 : seat.net() + sum(fee -> fee.per() == Fee.Per.SEAT);
    }

    /** Returns what is given back for a seat: what it cost without the fees that are not refundable. */
    public long refundOf(ReservedSeat seat) {
        return seat.net() == 0 ? 0 : seat.net() + sum(fee -> fee.isRefundable() && fee.per() == Fee.Per.SEAT);
    }

    /** Returns what is given back with the last seat: the fees per reservation that are refundable. */
    long refundOfReservation() {
        return sum(fee -> fee.isRefundable() && fee.per() == Fee.Per.RESERVATION);
    }

    private long sum(Predicate<Fee> which) {
        return fees.stream()
                .map(PaidFee::fee)
                .filter(which)
                .mapToLong(Fee::amount)
                .sum();
    }
}
