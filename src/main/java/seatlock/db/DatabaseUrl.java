package seatlock.db;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.postgresql.Driver;
import seatlock.net.ServerUrl;

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

    private static final Set<String> SCHEMES = new TreeSet<>(Set.of("postgresql", "postgres"));

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
     * @throws ServerUrl.Invalid if it is neither; the message names the reason, without the password
     */
    public static DatabaseUrl parse(String text) {
        var url = text.startsWith("jdbc:") ? new DatabaseUrl(text, null, null) : fromUri(text);
        if (Driver.parseURL(url.jdbc, null) == null) {
            throw new ServerUrl.Invalid("it has no host, port or database name that the driver understands");
        }
        return url;
    }

    private static DatabaseUrl fromUri(String text) {
        var uri = ServerUrl.parse(text, SCHEMES);
        var name = uri.getRawPath();
        if (name.length() < 2) {
            throw new ServerUrl.Invalid("it names no database");
        }
        var server = ServerUrl.of(uri);
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        // The driver decodes a plus as a space; in a URL it is a plus.
        var jdbc = "jdbc:postgresql://" + server.hosts() + (name + query).replace("+", "%2B");
        return new DatabaseUrl(jdbc, server.user(), server.password());
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

    /** Returns the schema in which tables are looked for; {@code null} if the server decides. */
    String schema() {
        return parameter("currentSchema");
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
