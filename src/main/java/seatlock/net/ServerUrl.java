package seatlock.net;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The parts of the address of a server, as in the settings (RFC 3986). {@link URI} itself knows no host with an underscore, which is
 * common in compositions of containers, and none after a user that contains {@code @}: the last {@code @} ends the login.
 *
 * @param user percent-decoded; {@code null} if there is none
 * @param password percent-decoded; {@code null} if there is none
 * @param host a name, or an address without brackets; empty if the URL names several hosts
 * @param port -1 if there is none, or the URL names several hosts
 * @param hosts all hosts with their ports, as they were written
 */
public record ServerUrl(String user, String password, String host, int port, String hosts) {

    /** Thrown for a text that is not a valid address. The message says why and how to correct it, without any part of the login. */
    public static final class Invalid extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        /** @param reason goes into a message, so it must not contain a secret */
        public Invalid(String reason) {
            super(reason);
        }
    }

    private static final Pattern HOST =
            Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]+(?:%25[\\w.~-]+)?\\]|[\\w.-]+)(?::(?<port>[0-9]{0,5}))?");

    /**
     * Parses a text to a URL with a host.
     *
     * @param schemes the accepted ones
     * @throws Invalid if it is none
     */
    public static URI parse(String text, Set<String> schemes) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw new Invalid(
                    "it has a character that a URL cannot contain; percent-encode the user, the password and the"
                            + " database, such as %25 for %");
        }
        if (!schemes.contains(url.getScheme())) {
            throw new Invalid("it does not begin with " + String.join(":// or ", schemes) + "://");
        }
        if (url.getRawAuthority() == null) {
            throw new Invalid("it names no host");
        }
        if (url.getRawFragment() != null || url.getRawPath().contains("@")) {
            throw new Invalid(
                    "it has a #, or an @ after a /; in a user or password write %23 for #, %2F for / and %3F for ?");
        }
        of(url);
        return url;
    }

    /**
     * Returns the parts of a URL.
     *
     * @throws Invalid if it names no host, or one that no host can have
     */
    public static ServerUrl of(URI url) {
        var authority = url.getRawAuthority();
        var at = authority.lastIndexOf('@');
        var hosts = authority.substring(at + 1);
        var login = at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
        var user = login.length > 0 && !login[0].isEmpty() ? decode(login[0]) : null;
        var password = login.length > 1 ? decode(login[1]) : null;
        var all = hosts.split(",", -1);
        for (var one : all) {
            check(one);
        }
        if (all.length > 1) {
            return new ServerUrl(user, password, "", -1, hosts);
        }
        var parts = HOST.matcher(hosts);
        parts.matches();
        var host = decode(parts.group("host").replaceAll("[\\[\\]]", ""));
        var port = parts.group("port");
        return new ServerUrl(user, password, host, port == null || port.isEmpty() ? -1 : Integer.parseInt(port), hosts);
    }

    /** Hides the login, since this may end up in a message. */
    @Override
    public String toString() {
        return hosts;
    }

    private static void check(String host) {
        var parts = HOST.matcher(host);
        if (!parts.matches()) {
            throw new Invalid(
                    "after the login, it must name a host, such as example.org, 192.0.2.1 or [2001:db8::1], and may"
                            + " name a port");
        }
        var port = parts.group("port");
        if (port != null && !port.isEmpty() && (Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65535)) {
            throw new Invalid("the port must be from 1 to 65535");
        }
    }

    /** Decodes a part of a URL. {@link URLDecoder} decodes HTML forms, in which a plus is a space; in a URL it is a plus. */
    private static String decode(String percentEncoded) {
        return URLDecoder.decode(percentEncoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
