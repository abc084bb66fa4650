package seatlock.http;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.util.Collections;
import java.util.Optional;
import seatlock.limits.Networks;

/**
 * Determines the address that a request comes from. {@code X-Forwarded-For} is trusted only from the configured proxies, because
 * anybody can send it. Each proxy appends the address that it received the request from, so the client is the first address
 * from the right that is not a proxy.
 */
public final class ClientAddress {

    private static final String ATTRIBUTE = ClientAddress.class.getName();

    private final Networks proxies;

    public ClientAddress(Networks proxies) {
        this.proxies = proxies;
    }

    /** Returns the address, or in IPv6 the network, that identifies the client for limits. */
    public String of(Context ctx) {
        String known = ctx.attribute(ATTRIBUTE);
        if (known == null) {
            known = peer(ctx)
                    .map(peer -> Networks.subscriber(client(ctx, peer)))
                    .orElse(ctx.req().getRemoteAddr());
            ctx.attribute(ATTRIBUTE, known);
        }
        return known;
    }

    /** Tells the browser to use only TLS from now on (HSTS) if a trusted proxy received this request over TLS. */
    public void addStrictTransportSecurity(Context ctx) {
        if ("https".equals(ctx.header("X-Forwarded-Proto"))
                && peer(ctx).filter(proxies::contains).isPresent()) {
            ctx.header("Strict-Transport-Security", SecurityHeaders.STRICT_TRANSPORT_SECURITY);
        }
    }

    /** Jetty writes IPv6 addresses in brackets, as in a URL. */
    private static Optional<InetAddress> peer(Context ctx) {
        return address(ctx.req().getRemoteAddr());
    }

    private InetAddress client(Context ctx, InetAddress peer) {
        var client = peer;
        var hops = String.join(",", Collections.list(ctx.req().getHeaders("X-Forwarded-For")))
                .split(",");
        for (int i = hops.length - 1; i >= 0 && proxies.contains(client); i--) {
            var before = address(hops[i].strip());
            if (before.isEmpty()) {
                break; // the previous hop is unknown
            }
            client = before.get();
        }
        return client;
    }

    /** Some proxies add the port; a link-local address may have its interface. */
    private static Optional<InetAddress> address(String hop) {
        var bare = hop.replaceFirst("^\\[(.*)](:[0-9]+)?$", "$1")
                .replaceFirst("^([0-9.]+):[0-9]+$", "$1")
                .replaceFirst("%.*", "");
        return Networks.address(bare);
    }
}
