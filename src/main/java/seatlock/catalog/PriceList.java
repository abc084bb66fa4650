package seatlock.catalog;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import seatlock.catalog.SeatPlan.SectionPrice;

/**
 * The prices of an event in one of its versions.
 *
 * @param prices without fees, in minor units of the event's currency
 */
public record PriceList(Tariff tariff, Map<SectionPrice, Long> prices) {

    public PriceList {
        prices = Map.copyOf(prices);
    }

    /** Returns the prices of an event with the {@linkplain Tariff#STANDARD standard tariff}. */
    public static PriceList standard(Map<String, Long> bySection) {
        var prices = new LinkedHashMap<SectionPrice, Long>();
        bySection.forEach((section, price) -> prices.put(new SectionPrice(section, PriceType.STANDARD.id()), price));
        return new PriceList(Tariff.STANDARD, prices);
    }

    /** Returns the price of a seat of a section without fees; empty if the section has none for the price type. */
    public OptionalLong price(String section, String priceType) {
        var price = prices.get(new SectionPrice(section, priceType));
        return price == null ? OptionalLong.empty() : OptionalLong.of(price);
    }

    /** Returns the prices of a seat of a section by the ids of their types, without fees. */
    Map<String, Long> of(String section) {
        var byType = new LinkedHashMap<String, Long>();
        tariff.types().forEach(type -> price(section, type.id()).ifPresent(price -> byType.put(type.id(), price)));
        return byType;
    }

    /** Returns the price of a seat of a section for which no price type is named, without fees. */
    public long firstPrice(String section) {
        return price(section, tariff.first().id()).orElseThrow();
    }
}
