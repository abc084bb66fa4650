package seatlock.catalog;

import java.util.Optional;

/**
 * For whom a price is, such as adults or children.
 *
 * @param id names it in requests: unique in the event
 * @param name for people
 * @param limit how many seats are sold at this price at most, such as to early birds; empty for no limit
 */
public record PriceType(String id, String name, Optional<Limit> limit) {

    /** The highest price, in minor units; JavaScript can represent the sum over a reservation exactly. */
    public static final long MAX_PRICE = 1_000_000_000_000L;

    /** The only price type of an event that names none. */
    public static final PriceType STANDARD = new PriceType("standard", "Standard", Optional.empty());
}
