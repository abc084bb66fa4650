package seatlock.http;

import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import seatlock.inventory.Quota;
import seatlock.limits.Limits;

/**
 * What the buyer behind a request may have of an event. He is known by his e-mail address, and by where he comes from unless
 * somebody who sells this event asks for him.
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

    List<Quota> of(Context ctx, String email) {
        if (!limits.isOn()) {
            return List.of();
        }
        var quotas = new ArrayList<Quota>(2);
        // No mail system in use tells apart what differs only in that.
        var mailbox = email.toLowerCase(Locale.ROOT);
        quotas.add(Quota.of("email", mailbox, limits.pendingPerEmail(), limits.seatsPerEmail()));
        if (!access.caller(ctx).seller()) {
            quotas.add(Quota.of("address", clients.of(ctx), limits.pendingPerAddress(), Quota.NO_LIMIT));
        }
        return quotas;
    }
}
