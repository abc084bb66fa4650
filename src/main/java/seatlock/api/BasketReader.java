package seatlock.api;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import seatlock.catalog.Code;
import seatlock.catalog.Event;
import seatlock.contract.NewReservationBodies.NewBest;
import seatlock.contract.NewReservationBodies.NewPlaces;
import seatlock.contract.NewReservationBodies.NewReservation;
import seatlock.contract.NewReservationBodies.NewSeat;
import seatlock.contract.NewReservationBodies.NewTable;
import seatlock.http.Problem;
import seatlock.http.Validation;
import seatlock.inventory.Basket;

/** Reads what a buyer asks for, and finds all errors in it. */
final class BasketReader {

    /** No label of a seat is longer. */
    static final int MAX_LABEL = 122;

    private static final int MAX_PRICE_TYPE = 30;

    private static final int MAX_SECTIONS = 100;

    private final NewReservation body;
    private final Validation validation;

    /** @param validation gets the errors */
    BasketReader(NewReservation body, Validation validation) {
        this.body = body;
        this.validation = validation;
    }

    /**
     * Finds the errors.
     *
     * @throws Problem.Refused too-many-seats if there are more seats than any event allows
     */
    void check() {
        if (size() > Event.MAX_SEATS_PER_RESERVATION) {
            // The limit of this event is checked under lock.
            throw Problem.of(
                            ApiProblem.TOO_MANY_SEATS,
                            "A reservation may have at most " + Event.MAX_SEATS_PER_RESERVATION + " seats.")
                    .refuse();
        }
        if (body.code() != null) {
            validation.checkReference(body.code(), "code", Code.MAX_LENGTH);
        }
        validation.check(
                !seats().isEmpty() || !places().isEmpty() || !tables().isEmpty() || body.best() != null,
                "seats",
                "must have at least one seat");
        var labels = new HashSet<String>();
        for (int i = 0; i < seats().size(); i++) {
            check(seats().get(i), "seats[" + i + "]", labels);
        }
        var sections = new HashSet<NewPlaces>();
        for (int i = 0; i < places().size(); i++) {
            check(places().get(i), "places[" + i + "]", sections);
        }
        var tables = new HashSet<String>();
        for (int i = 0; i < tables().size(); i++) {
            check(tables().get(i), "tables[" + i + "]", tables);
        }
        if (body.best() != null) {
            check(body.best());
        }
    }

    private long size() {
        var quantities = places().stream()
                .filter(each -> each != null && each.quantity() != null && each.quantity() > 0)
                .mapToLong(NewPlaces::quantity)
                .sum();
        var best = body.best() == null || body.best().quantity() == null
                ? 0
                : Math.max(0L, body.best().quantity());
        return seats().size() + quantities + tables().size() + best;
    }

    private List<NewSeat> seats() {
        return body.seats() == null ? List.of() : body.seats();
    }

    private List<NewPlaces> places() {
        return body.places() == null ? List.of() : body.places();
    }

    private List<NewTable> tables() {
        return body.tables() == null ? List.of() : body.tables();
    }

    private void check(NewSeat seat, String path, Set<String> labels) {
        var isObject = seat != null && (seat.holder() != null || seat.priceType() != null);
        var field = isObject ? path + ".seat" : path;
        if (validation.checkReference(seat == null ? null : seat.seat(), field, MAX_LABEL)) {
            validation.check(labels.add(seat.seat()), field, "is a duplicate");
        }
        if (seat != null) {
            checkPriceType(seat.priceType(), path);
            if (seat.holder() != null) {
                BuyerFields.checkName(seat.holder(), path + ".holder", validation);
            }
        }
    }

    private void check(NewPlaces places, String path, Set<NewPlaces> sections) {
        if (!validation.check(places != null, path, "must not be null")) {
            return;
        }
        if (validation.checkReference(places.section(), path + ".section", MAX_LABEL)) {
            validation.check(
                    sections.add(new NewPlaces(places.section(), 1, places.priceType())),
                    path + ".section",
                    "is a duplicate");
        }
        validation.check(
                places.quantity() != null && places.quantity() >= 1,
                path + ".quantity",
                "must be from 1 to " + Event.MAX_SEATS_PER_RESERVATION);
        checkPriceType(places.priceType(), path);
    }

    private void check(NewTable table, String path, Set<String> labels) {
        var field = table != null && table.priceType() != null ? path + ".table" : path;
        if (validation.checkReference(table == null ? null : table.table(), field, MAX_LABEL)) {
            validation.check(labels.add(table.table()), field, "is a duplicate");
        }
        if (table != null) {
            checkPriceType(table.priceType(), path);
        }
    }

    private void check(NewBest best) {
        int quantity = best.quantity() == null ? 0 : best.quantity();
        validation.check(quantity >= 1, "best.quantity", "must be from 1 to " + Event.MAX_SEATS_PER_RESERVATION);
        if (best.sections() != null) {
            validation.check(
                    !best.sections().isEmpty() && best.sections().size() <= MAX_SECTIONS,
                    "best.sections",
                    "must have from 1 to " + MAX_SECTIONS + " sections");
            var checked = Math.min(MAX_SECTIONS, best.sections().size());
            validation.checkReferences(best.sections().subList(0, checked), "best.sections", MAX_LABEL);
        }
        validation.check(
                best.together() == null
                        || Set.of(NewBest.REQUIRED, NewBest.PREFERRED).contains(best.together()),
                "best.together",
                "must be REQUIRED or PREFERRED");
        validation.check(
                best.accessible() == null || best.accessible() >= 0 && best.accessible() <= Math.max(0, quantity),
                "best.accessible",
                "must be from 0 to quantity");
        if (best.priceTypes() != null) {
            best.priceTypes()
                    .keySet()
                    .forEach(type -> validation.checkReference(type, "best.priceTypes", MAX_PRICE_TYPE));
            var isValid = best.priceTypes().values().stream().allMatch(count -> count != null && count >= 1);
            validation.check(isValid, "best.priceTypes", "must have numbers from 1 on");
            validation.check(
                    !isValid
                            || best.priceTypes().values().stream()
                                            .mapToLong(count -> count)
                                            .sum()
                                    == quantity,
                    "best.priceTypes",
                    "must have as many seats as quantity");
        }
    }

    private void checkPriceType(String priceType, String path) {
        if (priceType != null) {
            validation.checkReference(priceType, path + ".priceType", MAX_PRICE_TYPE);
        }
    }

    /** Returns the basket, which has no errors. */
    Basket read() {
        return new Basket(
                seats().stream()
                        .map(seat -> new Basket.SeatItem(
                                seat.seat(), Optional.ofNullable(seat.priceType()), Optional.ofNullable(seat.holder())))
                        .toList(),
                places().stream()
                        .map(each -> new Basket.PlacesItem(
                                each.section(), each.quantity(), Optional.ofNullable(each.priceType())))
                        .toList(),
                tables().stream()
                        .map(table -> new Basket.TableItem(table.table(), Optional.ofNullable(table.priceType())))
                        .toList(),
                Optional.ofNullable(body.best()).map(BasketReader::best),
                Optional.ofNullable(body.allocation()),
                Optional.ofNullable(body.code()).map(Code::normalised));
    }

    private static Basket.BestItem best(NewBest best) {
        var types = best.priceTypes() == null
                ? Collections.nCopies(best.quantity(), Optional.<String>empty())
                : best.priceTypes().entrySet().stream()
                        .flatMap(type -> Collections.nCopies(type.getValue(), Optional.of(type.getKey())).stream())
                        .toList();
        return new Basket.BestItem(
                best.sections() == null ? Set.of() : Set.copyOf(best.sections()),
                !NewBest.REQUIRED.equals(best.together()),
                best.accessible() == null ? 0 : best.accessible(),
                types);
    }
}
