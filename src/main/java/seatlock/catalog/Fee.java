package seatlock.catalog;

/**
 * What buyers pay on top of the prices.
 *
 * @param number its place among the fees of the event, from 1
 * @param amount positive, in minor units of the event's currency
 * @param isRefundable whether it is given back with the price
 */
public record Fee(int number, String name, long amount, Per per, boolean isRefundable) {

    /** How often a fee is paid. The names are those in the database and on the wire. */
    public enum Per {
        /** For each seat that is not free. */
        SEAT,
        /** Once, unless all seats are free. */
        RESERVATION
    }
}
