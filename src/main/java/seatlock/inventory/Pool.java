package seatlock.inventory;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The places of a section that a basket can get.
 *
 * @param allocation id of that for which they are withheld; empty for those that are for everybody
 */
record Pool(String section, Optional<UUID> allocation) {

    /** @param place of the section */
    boolean has(Seat place) {
        return Objects.equals(place.allocation(), allocation.orElse(null));
    }
}
