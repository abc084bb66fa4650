package seatlock.http;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import seatlock.limits.Networks;

/**
 * Determines the address that a request comes from. {@code X-Forwarded-For} is trusted only from the configured proxies, because
 * anybody can send it. Each proxy appends the address that it received the request from, so the client is the first address
 * from the right that is not a proxy.
 */
public final class ClientAddress {

    private static final String FORWARDED = "X-Forwarded-For";

    private static final String ATTRIBUTE = ClientAddress.class.getName();

    private final Networks proxies;

    public ClientAddress(Networks proxies) {
        this.proxies = proxies;
    }

    /** Returns the address, or in IPv6 the network, that identifies the client for limits. */
    public String of(Context ctx) {
        String known = ctx.attribute(ATTRIBUTE);
        if (known == null) {
            known = subscriber(
                    ctx.req().getRemoteAddr(), Collections.list(ctx.req().getHeaders(FORWARDED)));
            ctx.attribute(ATTRIBUTE, known);
        }
        return known;
    }

    /**
     * Like {@link #of(Context)}, for a request that does not reach a route. If it is not valid HTTP, a proxy is known to have sent
     * it, but not for which client.
     *
     * @return empty if the client is not known
     */
    public Optional<String> of(Request request) {
        var peer = Request.getRemoteAddr(request);
        var hops = request.getHeaders().getValuesList(FORWARDED);
        return hops.isEmpty() && address(peer).filter(proxies::contains).isPresent()
                ? Optional.empty()
                : Optional.of(subscriber(peer, hops));
    }

    private String subscriber(String peer, List<String> hops) {
        return address(peer)
                .map(address -> Networks.subscriber(client(address, hops)))
                .orElse(peer);
    }

    /** Tells the browser to use only TLS from now on (HSTS) if a trusted proxy received this request over TLS. */
    public void addStrictTransportSecurity(Context ctx) {
        if ("https".equals(ctx.header("X-Forwarded-Proto"))
                && peer(ctx).filter(proxies::contains).isPresent()) {
            ctx.header("Strict-Transport-Security", SecurityHeaders.STRICT_TRANSPORT_SECURITY);
        }
    }

    private static Optional<InetAddress> peer(Context ctx) {
        return address(ctx.req().getRemoteAddr());
    }

    private InetAddress client(InetAddress peer, List<String> fields) {
        var client = peer;
        var hops = String.join(",", fields).split(",");
        for (int i = hops.length - 1; i >= 0 && proxies.contains(client); i--) {
            var before = address(hops[i].strip());
            if (before.isEmpty()) {
                break; // the previous hop is unknown
            }
            client = before.get();
        }
        return client;
    }

    /** Jetty writes IPv6 addresses in brackets, as in a URL. Some proxies add the port; a link-local address may have its interface. */
    private static Optional<InetAddress> address(String hop) {
        var bare = hop.replaceFirst("^\\[(.*)](:[0-9]+)?$", "$1")
                .replaceFirst("^([0-9.]+):[0-9]+$", "$1")
                .replaceFirst("%.*", "");
        return Networks.address(bare);
    }
}
