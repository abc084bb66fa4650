package seatlock.api;

import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import seatlock.http.ClientAddress;
import seatlock.inventory.Quota;
import seatlock.inventory.Reservation;
import seatlock.limits.Limits;

/**
 * The quotas of the buyer behind a request. Buyers are identified by their e-mail address, or as the customer whom the seller names,
 * and by their network address. A seller of
 * the event, such as the counter of a venue, may have any number of pending reservations; only the seats of each buyer are limited.
 */
final class BuyerQuotas {

    private final Limits limits;
    private final ClientAddress clients;
    private final Access access;

    BuyerQuotas(Limits limits, ClientAddress clients, Access access) {
        this.limits = limits;
        this.clients = clients;
        this.access = access;
    }

    /** Returns the quotas that a reservation for a buyer must respect. If limits are off, only those of events apply. */
    List<Quota> of(Context ctx, Reservation.Buyer buyer) {
        if (!limits.isOn()) {
            return List.of(Quota.ofBuyer(buyer, Quota.NO_LIMIT, Quota.NO_LIMIT));
        }
        var quotas = new ArrayList<Quota>(2);
        var isSeller = access.caller(ctx).isSeller();
        var pending = isSeller ? Quota.NO_LIMIT : limits.pendingPerEmail();
        quotas.add(Quota.ofBuyer(buyer, pending, limits.seatsPerEmail()));
        if (!isSeller) {
            quotas.add(Quota.of("address", clients.of(ctx), limits.pendingPerAddress(), Quota.NO_LIMIT));
        }
        return quotas;
    }
}
