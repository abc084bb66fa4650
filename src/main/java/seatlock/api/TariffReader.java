package seatlock.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import seatlock.catalog.Fee;
import seatlock.catalog.Limit;
import seatlock.catalog.PriceType;
import seatlock.catalog.Tariff;
import seatlock.contract.PlanBodies.FeeBody;
import seatlock.contract.PlanBodies.PriceTypeBody;
import seatlock.db.Ids;
import seatlock.http.Validation;

/** Reads price types, fees and prices, and finds all errors in them. */
final class TariffReader {

    private static final int MAX_TYPES = 50;
    private static final int MAX_FEES = 20;
    private static final int MAX_NAME = 50;
    private static final int MAX_SEATS_OF_TYPE = 1_000_000;
    private static final int MAX_TAX_RATE = 10_000;

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,29}");

    private final Validation validation;

    /** @param validation gets the errors; after one, the results mean nothing */
    TariffReader(Validation validation) {
        this.validation = validation;
    }

    Tariff read(List<PriceTypeBody> types, List<FeeBody> fees) {
        return new Tariff(types(types), fees(fees));
    }

    /** Returns the tax rate of an event; 0 if it has none. */
    int taxRate(Integer taxRate) {
        validation.check(
                taxRate == null || taxRate >= 1 && taxRate <= MAX_TAX_RATE,
                "taxRate",
                "must be from 1 to " + MAX_TAX_RATE + ", in hundredths of a percent");
        return taxRate == null ? 0 : taxRate;
    }

    private List<PriceType> types(List<PriceTypeBody> types) {
        if (types == null) {
            return Tariff.STANDARD.types();
        }
        if (!validation.check(
                !types.isEmpty() && types.size() <= MAX_TYPES,
                "priceTypes",
                "must have from 1 to " + MAX_TYPES + " price types")) {
            return Tariff.STANDARD.types();
        }
        var read = new ArrayList<PriceType>();
        var ids = new HashSet<String>();
        for (int i = 0; i < types.size(); i++) {
            var type = types.get(i);
            var path = "priceTypes[" + i + "]";
            if (validation.check(type != null, path, "must not be null")) {
                var hasId = validation.check(
                                type.id() != null && ID.matcher(type.id()).matches(),
                                path + ".id",
                                "must be 1 to 30 of a-z, 0-9, _ and -, such as child")
                        && validation.check(
                                ids.add(type.id()), path + ".id", "duplicates the id of another price type");
                validation.checkText(type.name(), path + ".name", MAX_NAME);
                validation.check(
                        type.max() == null || type.max() >= 1 && type.max() <= MAX_SEATS_OF_TYPE,
                        path + ".max",
                        "must be from 1 to " + MAX_SEATS_OF_TYPE);
                var limit = Optional.ofNullable(type.max()).map(size -> new Limit(Ids.next(), size));
                if (hasId) {
                    read.add(new PriceType(type.id(), type.name(), limit));
                }
            }
        }
        return read.isEmpty() ? Tariff.STANDARD.types() : read;
    }

    private List<Fee> fees(List<FeeBody> fees) {
        if (fees == null) {
            return List.of();
        }
        validation.check(fees.size() <= MAX_FEES, "fees", "must not have more than " + MAX_FEES + " fees");
        var read = new ArrayList<Fee>();
        for (int i = 0; i < fees.size(); i++) {
            var fee = fees.get(i);
            var path = "fees[" + i + "]";
            if (validation.check(fee != null, path, "must not be null")) {
                validation.checkText(fee.name(), path + ".name", MAX_NAME);
                var hasAmount = validation.check(
                        fee.amount() != null && fee.amount() >= 1 && fee.amount() <= PriceType.MAX_PRICE,
                        path + ".amount",
                        "must be from 1 to " + PriceType.MAX_PRICE + ", in minor units");
                var per = Stream.of(Fee.Per.values())
                        .filter(each -> each.name().equals(fee.per()))
                        .findFirst();
                validation.check(per.isPresent(), path + ".per", "must be one of " + List.of(Fee.Per.values()));
                if (hasAmount && per.isPresent()) {
                    read.add(new Fee(
                            i + 1, fee.name(), fee.amount(), per.get(), !Boolean.FALSE.equals(fee.refundable())));
                }
            }
        }
        return read;
    }

    /** Like {@link #prices(Tariff, Long, Map, String, PriceType)}, where at least one price must be present. */
    Map<String, Long> prices(Tariff tariff, Long price, Map<String, Long> prices, String path) {
        if (price == null && (prices == null || prices.isEmpty())) {
            checkPrice(tariff, null, path + ".price");
        }
        return read(tariff, price, prices, path);
    }

    /**
     * Reads the prices of a section.
     *
     * @param price of the first price type, unless it is among the others
     * @param required the price type that must have a price
     * @return by the ids of their price types
     */
    Map<String, Long> prices(Tariff tariff, Long price, Map<String, Long> prices, String path, PriceType required) {
        if (price == null && prices == null) {
            checkPrice(tariff, null, path + ".price");
        } else {
            validation.check(
                    price != null || prices.containsKey(required.id()),
                    path + ".prices." + required.id(),
                    "is required, because it is the first price type");
        }
        return read(tariff, price, prices, path);
    }

    private Map<String, Long> read(Tariff tariff, Long price, Map<String, Long> prices, String path) {
        var read = new HashMap<String, Long>();
        if (prices != null) {
            prices.forEach((type, amount) -> {
                var field = path + ".prices." + type;
                if (validation.check(tariff.type(type).isPresent(), field, "must be a price type of the event")
                        && checkPrice(tariff, amount, field)) {
                    read.put(type, amount);
                }
            });
        }
        if (price != null && checkPrice(tariff, price, path + ".price")) {
            var other = read.put(tariff.first().id(), price);
            validation.check(
                    other == null || other.equals(price),
                    path + ".price",
                    "must be the same as prices." + tariff.first().id());
        }
        return read;
    }

    /** Checks a price. With the fees per seat, as buyers see it, it must not exceed the maximum either. */
    private boolean checkPrice(Tariff tariff, Long price, String field) {
        return validation.check(
                        price != null && price >= 0 && price <= PriceType.MAX_PRICE,
                        field,
                        "must be from 0 to " + PriceType.MAX_PRICE + ", in minor units")
                && validation.check(
                        tariff.allIn(price) <= PriceType.MAX_PRICE,
                        field,
                        "must not exceed " + PriceType.MAX_PRICE + " with the fees per seat");
    }
}
