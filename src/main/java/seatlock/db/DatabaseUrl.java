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
 * Where the database is: a JDBC URL, and the user and password if they were given apart from it.
 *
 * @param jdbc {@code jdbc:postgresql://…}
 * @param user {@code null} if the URL or the driver's own defaults name it
 * @param password {@code null} if none was given
 */
public record DatabaseUrl(String jdbc, String user, String password) {

    /**
     * Properties of a connection by which errors do not repeat what was to be stored. PostgreSQL explains a violated
     * constraint with the values of the row, e-mail address and all, and messages end up in logs.
     */
    static final Map<String, String> DISCREET = Map.of("logServerErrorDetail", "false");

    /**
     * The driver's own log, which goes past ours and shows a password that it takes for a port. What is wrong, it throws as
     * well. Kept here, since {@link Logger} forgets the level of one that nobody keeps.
     */
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    static {
        DRIVER.setLevel(Level.OFF);
    }

    /**
     * Reads {@code postgresql://user:password@host:port/name?parameters} (libpq's connection URI, with {@code postgres:}
     * as its other name, several hosts allowed) or a {@code jdbc:postgresql:} URL.
     *
     * @throws IllegalArgumentException if it is neither; the message says what is wrong, and does not repeat the password
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
        // With several hosts the authority is not one that java.net.URI takes apart.
        var authority = uri.getRawAuthority();
        var name = uri.getRawPath();
        if (authority == null || name == null || name.length() < 2) {
            throw new IllegalArgumentException("wants a host and the name of a database");
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
        // URLDecoder reads forms, where a plus is a space; in a URI it is a plus.
        return URLDecoder.decode(percentEncoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Who logs in there, wherever in the URL it says so; {@code null} if it does not. */
    public String login() {
        return user != null ? user : parameter("user");
    }

    /** The password; empty if none was given. */
    String secret() {
        var secret = password != null ? password : parameter("password");
        return secret == null ? "" : secret;
    }

    private String parameter(String name) {
        return Driver.parseURL(jdbc, null).getProperty(name);
    }

    /** Without the password: this goes into messages. */
    @Override
    public String toString() {
        return jdbc.replaceAll("(?i)(password=)[^&]*", "$1…");
    }
}
