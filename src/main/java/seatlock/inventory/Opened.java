package seatlock.inventory;

import java.time.Instant;
import java.util.Set;
import seatlock.catalog.Terms;

/** The names of what is not for everybody, such as presales, that a command opens. @param names such as {@code MEMBERS} */
record Opened(Set<String> names) {

    Opened {
        names = Set.copyOf(names);
    }

    /** Returns whether the sale is open to the command at an instant: to everybody, or by a presale. */
    boolean isOnSale(Terms terms, Instant now) {
        return terms.onSaleFrom().map(from -> !now.isBefore(from)).orElse(true)
                || terms.presales().stream()
                        .anyMatch(presale -> presale.isOpenAt(now) && names.contains(presale.access()));
    }
}
