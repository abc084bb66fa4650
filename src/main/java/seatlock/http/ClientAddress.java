package seatlock.http;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.util.Collections;
import java.util.Optional;
import seatlock.limits.Networks;

/**
 * Where a request comes from. What a proxy says of that ({@code X-Forwarded-For}) is believed only of the proxies that are
 * configured, since anybody can write such a header: each adds, at the right, whom it has the request from, so the first
 * from the right that is none of them is the client.
 */
final class ClientAddress {

    private static final String ATTRIBUTE = ClientAddress.class.getName();

    private final Networks proxies;

    ClientAddress(Networks proxies) {
        this.proxies = proxies;
    }

    /** What to count the client by. */
    String of(Context ctx) {
        String known = ctx.attribute(ATTRIBUTE);
        if (known == null) {
            known = peer(ctx)
                    .map(peer -> Networks.subscriber(client(ctx, peer)))
                    .orElse(ctx.req().getRemoteAddr());
            ctx.attribute(ATTRIBUTE, known);
        }
        return known;
    }

    /** Has the browser come by TLS the next time, too, if a proxy that is believed has this request over it. */
    void rememberTls(Context ctx) {
        if ("https".equals(ctx.header("X-Forwarded-Proto"))
                && peer(ctx).filter(proxies::contain).isPresent()) {
            ctx.header("Strict-Transport-Security", SecurityHeaders.STRICT_TRANSPORT_SECURITY);
        }
    }

    /** Jetty writes one of IPv6 in brackets, as in a URL. */
    private static Optional<InetAddress> peer(Context ctx) {
        return address(ctx.req().getRemoteAddr());
    }

    private InetAddress client(Context ctx, InetAddress peer) {
        var client = peer;
        var hops = String.join(",", Collections.list(ctx.req().getHeaders("X-Forwarded-For")))
                .split(",");
        for (int i = hops.length - 1; i >= 0 && proxies.contain(client); i--) {
            var before = address(hops[i].strip());
            if (before.isEmpty()) {
                break; // whoever wrote that is the last of whom anything is known
            }
            client = before.get();
        }
        return client;
    }

    /** Some proxies add the port, and one of a link its interface. */
    private static Optional<InetAddress> address(String hop) {
        var bare = hop.replaceFirst("^\\[(.*)](:[0-9]+)?$", "$1")
                .replaceFirst("^([0-9.]+):[0-9]+$", "$1")
                .replaceFirst("%.*", "");
        return Networks.address(bare);
    }
}
