package seatlock.catalog;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Price types and fees of an event. A tariff is fixed when the event is created.
 *
 * @param types at least one; the first is that of a seat for which none is named
 * @param fees in the order of their numbers
 */
public record Tariff(List<PriceType> types, List<Fee> fees) {

    /** That of an event that says nothing about it: one price type, no fees. */
    public static final Tariff STANDARD = new Tariff(List.of(PriceType.STANDARD), List.of());

    public Tariff {
        types = List.copyOf(types);
        fees = List.copyOf(fees);
    }

    /** Returns the price type of a seat for which none is named. */
    public PriceType first() {
        return types.get(0);
    }

    public Optional<PriceType> type(String id) {
        return types.stream().filter(type -> type.id().equals(id)).findFirst();
    }

    /** Returns the price type that a limit is of; empty if it is of something else. */
    public Optional<PriceType> limitedBy(UUID limit) {
        return types.stream()
                .filter(type ->
                        type.limit().filter(own -> own.id().equals(limit)).isPresent())
                .findFirst();
    }

    /** Returns what a seat costs altogether, its fees included. @param price without fees; a free seat carries none */
    public long allIn(long price) {
        return price == 0
                ? 0
                : price
                        + fees.stream()
                                .filter(fee -> fee.per() == Fee.Per.SEAT)
                                .mapToLong(Fee::amount)
                                .sum();
    }
}
