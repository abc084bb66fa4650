package seatlock.inventory;

import java.util.List;
import java.util.Locale;
import seatlock.catalog.Terms;
import seatlock.crypto.Sha256;

/**
 * Limits what one buyer may have in an event at a time. The buyer is identified by an e-mail address, as a customer, or by a network
 * address; only a hash of it is stored.
 *
 * @param subject SHA-256 of the identifier, in hexadecimal
 * @param isOfCustomer whether the identifier is an e-mail address or a customer, so that the limit of the event applies
 * @param maxPending pending reservations, or {@link #NO_LIMIT}
 * @param maxSeats seats in pending and confirmed reservations together, or {@link #NO_LIMIT}
 */
public record Quota(String subject, boolean isOfCustomer, int maxPending, int maxSeats) {

    public static final int NO_LIMIT = Integer.MAX_VALUE;

    /** Returns the quota as it applies to an event, which may limit the seats of a customer itself. */
    private Quota under(Terms terms) {
        return isOfCustomer
                ? new Quota(
                        subject, true, maxPending, terms.maxSeatsPerCustomer().orElse(maxSeats))
                : this;
    }

    /** Returns those of several quotas that limit something in an event, as they apply to it. */
    static List<Quota> under(Terms terms, List<Quota> quotas) {
        return quotas.stream()
                .map(quota -> quota.under(terms))
                .filter(Quota::isLimited)
                .toList();
    }

    private boolean isLimited() {
        return maxPending != NO_LIMIT || maxSeats != NO_LIMIT;
    }

    /** Returns the quota of a buyer. Buyers are told apart by the customer id that the seller sends, else by their e-mail address. */
    public static Quota ofBuyer(Reservation.Buyer buyer, int maxPending, int maxSeats) {
        return buyer.customer()
                .map(customer -> of("customer", customer, maxPending, maxSeats))
                // No mail system in use distinguishes addresses by case.
                .orElseGet(() -> of("email", buyer.email().toLowerCase(Locale.ROOT), maxPending, maxSeats));
    }

    /**
     * Hashes an identifier.
     *
     * @param kind of identifier, so that an e-mail address never equals an identifier of another kind
     * @param name the identifier, normalised by the caller
     */
    public static Quota of(String kind, String name, int maxPending, int maxSeats) {
        return new Quota(Sha256.hex(kind + " " + name), !kind.equals("address"), maxPending, maxSeats);
    }
}
