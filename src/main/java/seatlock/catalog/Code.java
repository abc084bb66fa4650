package seatlock.catalog;

import java.text.Normalizer;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * A code of an event. Only {@code isActive} ever changes, and only to {@code false}.
 *
 * @param code see {@link #normalised}
 * @param sections where it has an effect; empty for all sections
 * @param priceTypes ids of the price types for which it has an effect; empty for all
 * @param limit on the seats that are reserved with it where it has an effect, or on the reservations if it is for a single use;
 *     empty for none
 * @param isSingleUse whether it is for one reservation
 * @param maxSeatsPerReservation how many seats of one reservation it may have an effect on
 * @param validFrom empty: from the creation on
 * @param validUntil the first instant at which it is not valid any more; empty for none
 */
public record Code(
        UUID id,
        String code,
        CodeEffect effect,
        Set<String> sections,
        Set<String> priceTypes,
        Optional<Limit> limit,
        boolean isSingleUse,
        OptionalInt maxSeatsPerReservation,
        Optional<Instant> validFrom,
        Optional<Instant> validUntil,
        boolean isActive,
        Instant createdAt) {

    public static final int MIN_LENGTH = 3;
    public static final int MAX_LENGTH = 50;

    public Code {
        sections = Set.copyOf(sections);
        priceTypes = Set.copyOf(priceTypes);
    }

    /**
     * Returns a code as it is stored and compared: in Unicode's form NFKC, in upper case, without white space at either end. So a
     * buyer may type it in lower case or in full-width letters.
     */
    public static String normalised(String text) {
        var upper = Normalizer.normalize(text, Normalizer.Form.NFKC).toUpperCase(Locale.ROOT);
        return Normalizer.normalize(upper, Normalizer.Form.NFKC).strip();
    }

    /** Returns whether it has an effect on the seats of a section at a price type. */
    public boolean covers(String section, String priceType) {
        return (sections.isEmpty() || sections.contains(section))
                && (priceTypes.isEmpty() || priceTypes.contains(priceType));
    }
}
