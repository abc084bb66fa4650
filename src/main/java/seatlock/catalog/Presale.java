package seatlock.catalog;

import java.time.Instant;
import java.util.Optional;

/**
 * When holders of an access code may reserve although the sale is not open to everybody.
 *
 * @param until the first instant at which they may not; empty: until the sale is open to everybody
 * @param access the name that a code must open, in the form of {@link CodeEffect#ACCESS_FORM}
 */
public record Presale(Instant from, Optional<Instant> until, String access) {

    /** Returns whether its holders may reserve at an instant. */
    public boolean isOpenAt(Instant now) {
        return !now.isBefore(from) && until.map(now::isBefore).orElse(true);
    }
}
