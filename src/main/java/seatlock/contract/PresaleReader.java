package seatlock.contract;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import seatlock.catalog.CodeEffect;
import seatlock.catalog.Presale;
import seatlock.contract.EventFields.PresaleBody;
import seatlock.http.Validation;

/** Reads presales, and finds all errors in them. */
final class PresaleReader {

    private static final int MAX_PRESALES = 20;

    private final Validation validation;

    /** @param validation gets the errors; after one, the result means nothing */
    PresaleReader(Validation validation) {
        this.validation = validation;
    }

    /**
     * Reads presales. They may be later than {@code onSaleFrom}, and then have no effect, so that a seller can open the sale
     * earlier without taking them away.
     *
     * @param presales {@code null} for none
     * @param startsAt the start of the event; {@code null} if it is not valid
     */
    List<Presale> read(List<PresaleBody> presales, Instant startsAt) {
        var read = new ArrayList<Presale>();
        if (presales == null
                || !validation.check(
                        presales.size() <= MAX_PRESALES,
                        "presales",
                        "must not have more than " + MAX_PRESALES + " presales")) {
            return read;
        }
        for (int i = 0; i < presales.size(); i++) {
            var path = "presales[" + i + "]";
            if (validation.check(presales.get(i) != null, path, "must not be null")) {
                read(presales.get(i), path, startsAt).ifPresent(read::add);
            }
        }
        return read;
    }

    private Optional<Presale> read(PresaleBody presale, String path, Instant startsAt) {
        var from = validation.parseInstant(presale.from(), path + ".from");
        var until = presale.until() == null ? null : validation.parseInstant(presale.until(), path + ".until");
        if (from != null && until != null) {
            validation.check(until.isAfter(from), path + ".until", "must be after from");
        }
        if (from != null && startsAt != null) {
            validation.check(from.isBefore(startsAt), path + ".from", "must be before startsAt");
        }
        var isNamed = validation.check(
                presale.access() != null
                        && CodeEffect.ACCESS_FORM.matcher(presale.access()).matches(),
                path + ".access",
                "must be 1 to 30 of A-Z, 0-9, _ and -, such as MEMBERS");
        return from == null || !isNamed
                ? Optional.empty()
                : Optional.of(new Presale(from, Optional.ofNullable(until), presale.access()));
    }
}
