package seatlock.db;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.postgresql.Driver;

/**
 * The address of the database: a JDBC URL, and the user and password unless the URL contains them.
 *
 * @param jdbc {@code jdbc:postgresql://…}
 * @param user {@code null} to take it from the URL, or else from the driver's defaults
 * @param password {@code null} if none was given separately
 */
public record DatabaseUrl(String jdbc, String user, String password) {

    /**
     * Connection properties that keep stored values out of error messages. PostgreSQL explains a violated constraint with
     * the values of the row, e-mail address included, and messages end up in logs.
     */
    static final Map<String, String> NO_ROW_VALUES = Map.of("logServerErrorDetail", "false");

    /**
     * The driver's own log, which bypasses ours and prints a password that it mistakes for a port. It is turned off without
     * loss, because the driver also throws every error. The field prevents garbage collection, which would reset the level.
     */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    static {
        DRIVER_LOG.setLevel(Level.OFF);
    }

    /**
     * Parses {@code postgresql://user:password@host:port/name?parameters} (libpq's connection URI, which may also start with
     * {@code postgres:} and name several hosts) or a {@code jdbc:postgresql:} URL.
     *
     * @throws IllegalArgumentException if it is neither; the message names the reason, without the password
     */
    public static DatabaseUrl parse(String text) {
        var url = text.startsWith("jdbc:") ? new DatabaseUrl(text, null, null) : fromUri(text);
        if (Driver.parseURL(url.jdbc, null) == null) {
            throw new IllegalArgumentException("no host, port or database name that the driver understands");
        }
        return url;
    }

    private static DatabaseUrl fromUri(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URL: " + e.getReason());
        }
        if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
            throw new IllegalArgumentException("does not begin with postgresql:// or jdbc:postgresql://");
        }
        // java.net.URI cannot split an authority that has several hosts.
        var authority = uri.getRawAuthority();
        var name = uri.getRawPath();
        if (authority == null || name == null || name.length() < 2) {
            throw new IllegalArgumentException("must contain a host and a database name");
        }
        var at = authority.lastIndexOf('@');
        var hosts = authority.substring(at + 1);
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        var jdbc = "jdbc:postgresql://" + hosts + name + query;
        if (at < 0) {
            return new DatabaseUrl(jdbc, null, null);
        }
        var login = authority.substring(0, at).split(":", 2);
        return new DatabaseUrl(jdbc, decode(login[0]), login.length > 1 ? decode(login[1]) : null);
    }

    private static String decode(String percentEncoded) {
        // URLDecoder decodes HTML forms, in which a plus is a space; in a URI it is a plus.
        return URLDecoder.decode(percentEncoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Returns the user name, wherever it was given; {@code null} if it was not. */
    public String login() {
        return user != null ? user : parameter("user");
    }

    /** Returns the password, wherever it was given; empty if it was not. */
    String secret() {
        var secret = password != null ? password : parameter("password");
        return secret == null ? "" : secret;
    }

    private String parameter(String name) {
        return Driver.parseURL(jdbc, null).getProperty(name);
    }

    /** Hides the password, since this may end up in a message. */
    @Override
    public String toString() {
        return jdbc.replaceAll("(?i)(password=)[^&]*", "$1…");
    }
}
