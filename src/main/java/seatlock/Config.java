package seatlock;

import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import seatlock.db.DatabaseUrl;

/**
 * The settings, read from the environment.
 *
 * @param port to serve on; 0 for any that is free
 * @param home where the jar keeps what it brings itself
 * @param database where PostgreSQL is; empty: the jar starts its own
 * @param redis where Redis is; empty: the jar starts its own
 * @param adminKey the administrator's key; empty: the jar makes one and keeps it under its home
 * @param reservationTtl how long a pending reservation holds its seats, unless its event says otherwise
 * @param sweepInterval from the end of one round of the sweeper to the next
 */
public record Config(
        int port,
        Path home,
        Optional<DatabaseUrl> database,
        Optional<URI> redis,
        Optional<String> adminKey,
        Duration reservationTtl,
        Duration sweepInterval) {

    /** Something in the environment is wrong. The message names all of it. */
    public static final class Invalid extends Exception {
        private static final long serialVersionUID = 1L;

        private Invalid(List<String> mistakes) {
            super("The configuration is not valid:\n  " + String.join("\n  ", mistakes));
        }
    }

    /**
     * @param environment as from {@link System#getenv()}; a variable that is empty counts as not set
     * @throws Invalid with every mistake: the variable, what it is set to, and what it should be
     */
    public static Config from(Map<String, String> environment) throws Invalid {
        var reader = new Reader(environment);
        var config = new Config(
                reader.read("PORT", Config::port, "a port from 0 to 65535").orElse(8080),
                reader.read("SEATLOCK_HOME", Path::of, "a directory").orElse(Path.of("data")),
                reader.secret("DATABASE_URL", DatabaseUrl::parse, "postgresql://user:password@host:port/name"),
                reader.secret("REDIS_URL", Config::redis, "redis://[:password@]host[:port][/database]"),
                reader.secret("SEATLOCK_ADMIN_KEY", Config::key, "visible ASCII characters without spaces"),
                reader.read("RESERVATION_TTL", text -> between(text, "PT0.1S", "P7D"), "PT0.1S to P7D, such as PT10M")
                        .orElse(Duration.ofMinutes(10)),
                reader.read("SWEEP_INTERVAL", text -> between(text, "PT0.1S", "PT1H"), "PT0.1S to PT1H, such as PT5S")
                        .orElse(Duration.ofSeconds(5)));
        if (!reader.mistakes.isEmpty()) {
            throw new Invalid(reader.mistakes);
        }
        return config;
    }

    /** Reads variables and collects what is wrong with them. */
    private record Reader(Map<String, String> environment, List<String> mistakes) {

        Reader(Map<String, String> environment) {
            this(environment, new ArrayList<>());
        }

        <T> Optional<T> read(String name, Function<String, T> parser, String wanted) {
            var text = environment.getOrDefault(name, "").strip();
            return read(name, text, "\"" + text + "\"", parser, wanted);
        }

        /** One that is not to be repeated in a message. */
        <T> Optional<T> secret(String name, Function<String, T> parser, String wanted) {
            var text = environment.getOrDefault(name, "").strip();
            return read(name, text, "a value of " + text.length() + " characters", parser, wanted);
        }

        private <T> Optional<T> read(String name, String text, String got, Function<String, T> parser, String wanted) {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(parser.apply(text));
            } catch (IllegalArgumentException | DateTimeException e) {
                mistakes.add(name + ": got " + got + ", wants " + wanted);
                return Optional.empty();
            }
        }
    }

    private static int port(String text) {
        var port = Integer.parseInt(text);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException();
        }
        return port;
    }

    private static URI redis(String text) {
        var uri = URI.create(text);
        if (!"redis".equals(uri.getScheme()) && !"rediss".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException();
        }
        return uri;
    }

    private static String key(String text) {
        if (!text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    private static Duration between(String text, String min, String max) {
        var duration = Duration.parse(text);
        if (duration.compareTo(Duration.parse(min)) < 0 || duration.compareTo(Duration.parse(max)) > 0) {
            throw new IllegalArgumentException();
        }
        return duration;
    }
}
