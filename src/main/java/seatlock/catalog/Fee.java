package seatlock.catalog;

import java.sql.SQLException;
import seatlock.db.Row;

/**
 * An amount that buyers pay on top of the prices.
 *
 * @param number its place among the fees of the event, from 1
 * @param amount positive, in minor units of the event's currency
 * @param isRefundable whether it is given back with the price
 */
public record Fee(int number, String name, long amount, Per per, boolean isRefundable) {

    /** Reads a row of table {@code fees}. */
    public static Fee read(Row row) throws SQLException {
        return new Fee(
                row.integer("fee"),
                row.text("name"),
                row.bigint("amount"),
                Per.valueOf(row.text("per")),
                row.bool("is_refundable"));
    }

    /** How often a fee is paid. The names are those in the database and on the wire. */
    public enum Per {
        /** For each seat that is not free. */
        SEAT,
        /** Once, unless all seats are free. */
        RESERVATION
    }
}
