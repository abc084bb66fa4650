package seatlock.catalog;

import java.util.UUID;

/** How many seats may be sold at a price, or with a code. @param size at least 1 */
public record Limit(UUID id, int size) {}
