package seatlock;

import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import seatlock.db.DatabaseUrl;
import seatlock.jobs.RetryPolicy;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.logging.Logging;
import seatlock.mail.Mailer;

/**
 * The settings, read from the environment.
 *
 * @param port to serve on; 0 for any that is free
 * @param home where the jar keeps what it brings itself
 * @param database where PostgreSQL is; empty: the jar starts its own
 * @param migrationDatabase the same for {@code migrate}, by a role that may change the schema; empty: the same role
 * @param redis where Redis is; empty: the jar starts its own
 * @param smtp where the mail server is; empty: the jar starts a sink that keeps the mail in files
 * @param mailFrom the sender of the mail
 * @param adminKey the administrator's key; empty: the jar makes one and keeps it under its home
 * @param reservationTtl how long a pending reservation holds its seats, unless its event says otherwise
 * @param sweepInterval from the end of one round of the sweeper to the next
 * @param workers how many jobs are done at once
 * @param jobAttempts after so many a job is dead
 * @param jobFirstRetry pause after the first failure of a job; it doubles with each one
 * @param invariantCheckInterval from the end of one round of checks to the next; zero: none are made
 * @param drainDelay how long a node that was told to stop still takes requests, while it says that it is not ready
 * @param shutdownTimeout how long it may take to stop, after that
 * @param limits how much anybody may ask for
 * @param trustedProxies who is believed when he says for whom he asks
 * @param corsOrigins whose pages may call the API from a browser
 * @param logging how the log is to be
 */
public record Config(
        int port,
        Path home,
        Optional<DatabaseUrl> database,
        Optional<DatabaseUrl> migrationDatabase,
        Optional<URI> redis,
        Optional<URI> smtp,
        String mailFrom,
        Optional<String> adminKey,
        Duration reservationTtl,
        Duration sweepInterval,
        int workers,
        int jobAttempts,
        Duration jobFirstRetry,
        Duration invariantCheckInterval,
        Duration drainDelay,
        Duration shutdownTimeout,
        Limits limits,
        Networks trustedProxies,
        Set<String> corsOrigins,
        Logging logging) {

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
                reader.secret(
                        "MIGRATION_DATABASE_URL", DatabaseUrl::parse, "postgresql://user:password@host:port/name"),
                reader.secret("REDIS_URL", Config::redis, "redis://[user:password@]host[:port][/database]"),
                reader.secret("SMTP_URL", Config::smtp, "smtp://[user:password@]host[:port] or smtps://…"),
                reader.read("MAIL_FROM", Mailer::checkSender, "an address such as Seatlock <tickets@example.org>")
                        .orElse("Seatlock <tickets@localhost>"),
                reader.secret("SEATLOCK_ADMIN_KEY", Config::key, "visible ASCII characters without spaces"),
                reader.read("RESERVATION_TTL", text -> between(text, "PT0.1S", "P7D"), "PT0.1S to P7D, such as PT10M")
                        .orElse(Duration.ofMinutes(10)),
                reader.read("SWEEP_INTERVAL", text -> between(text, "PT0.1S", "PT1H"), "PT0.1S to PT1H, such as PT5S")
                        .orElse(Duration.ofSeconds(5)),
                reader.read("WORKERS", text -> between(text, 1, 64), "1 to 64").orElse(4),
                reader.read("JOB_ATTEMPTS", text -> between(text, 1, 1000), "1 to 1000")
                        .orElse(RetryPolicy.DEFAULT.maxAttempts()),
                reader.read(
                                "JOB_FIRST_RETRY",
                                text -> between(text, "PT0.01S", "PT1H"),
                                "PT0.01S to PT1H, such as PT1S")
                        .orElse(RetryPolicy.DEFAULT.firstRetry()),
                reader.read(
                                "INVARIANT_CHECK_INTERVAL",
                                text -> between(text, "PT0S", "P1D"),
                                "PT0S to P1D, such as PT1M")
                        .orElse(Duration.ofMinutes(1)),
                reader.read("DRAIN_DELAY", text -> between(text, "PT0S", "PT10M"), "PT0S to PT10M, such as PT5S")
                        .orElse(Duration.ZERO),
                reader.read("SHUTDOWN_TIMEOUT", text -> between(text, "PT1S", "PT1H"), "PT1S to PT1H, such as PT30S")
                        .orElse(Duration.ofSeconds(30)),
                limits(reader),
                reader.read("TRUSTED_PROXIES", Networks::parse, "addresses or networks, such as 10.0.0.0/8, fd00::/8")
                        .orElse(Networks.NONE),
                reader.read("CORS_ORIGINS", Config::origins, "origins such as https://shop.example, or *")
                        .orElse(Set.of()),
                new Logging(
                        reader.read("LOG_FORMAT", text -> Logging.parse(Logging.Format.class, text), "text or json")
                                .orElse(Logging.DEFAULT.format()),
                        reader.read(
                                        "LOG_LEVEL",
                                        text -> Logging.parse(Logging.Verbosity.class, text),
                                        "trace, debug, info, warn or error")
                                .orElse(Logging.DEFAULT.level()),
                        reader.read("LOG_REQUESTS", Config::onOrOff, "on or off")
                                .orElse(Logging.DEFAULT.requests())));
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

        /** How many of something there may be. */
        int count(String name, int otherwise) {
            return read(name, text -> between(text, 1, 1_000_000_000), "1 to 1000000000")
                    .orElse(otherwise);
        }

        /** How large something may be. */
        int bytes(String name, int otherwise) {
            return read(name, text -> between(text, 1_024, 10_000_000), "1024 to 10000000")
                    .orElse(otherwise);
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

    private static Limits limits(Reader reader) {
        var limits = new Limits(
                true,
                reader.count("LIMIT_REQUESTS_PER_ADDRESS", Limits.DEFAULT.requestsPerAddress()),
                reader.count("LIMIT_REQUESTS_PER_KEY", Limits.DEFAULT.requestsPerKey()),
                reader.count("LIMIT_PENDING_PER_ADDRESS", Limits.DEFAULT.pendingPerAddress()),
                reader.count("LIMIT_PENDING_PER_EMAIL", Limits.DEFAULT.pendingPerEmail()),
                reader.count("LIMIT_SEATS_PER_EMAIL", Limits.DEFAULT.seatsPerEmail()),
                reader.bytes("LIMIT_BODY_BYTES", Limits.DEFAULT.bodyBytes()),
                reader.bytes("LIMIT_SEAT_PLAN_BYTES", Limits.DEFAULT.seatPlanBytes()),
                reader.bytes("LIMIT_HEADER_BYTES", Limits.DEFAULT.headerBytes()));
        return reader.read("LIMITS", Config::onOrOff, "on or off").orElse(true) ? limits : limits.off();
    }

    private static final Pattern ORIGIN = Pattern.compile("https?://[a-z0-9.-]+(:[0-9]{1,5})?|\\*");

    /** As a browser writes them (RFC 6454 section 6.2): in lower case, and without a path. */
    private static Set<String> origins(String text) {
        var origins = Stream.of(text.split(",", -1)).map(String::strip).collect(Collectors.toSet());
        if (!origins.stream().allMatch(ORIGIN.asMatchPredicate())) {
            throw new IllegalArgumentException();
        }
        return origins;
    }

    private static int port(String text) {
        return between(text, 0, 65535);
    }

    private static boolean onOrOff(String text) {
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    private static int between(String text, int min, int max) {
        var number = Integer.parseInt(text);
        if (number < min || number > max) {
            throw new IllegalArgumentException();
        }
        return number;
    }

    private static URI smtp(String text) {
        var uri = URI.create(text);
        if (!"smtp".equals(uri.getScheme()) && !"smtps".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException();
        }
        return uri;
    }

    /** Jedis wants the port, and takes what comes before the host for a password only behind a colon. */
    private static final Pattern REDIS =
            Pattern.compile("(rediss?://(?:[^:@/]*:[^@/]*@)?[^:@/]+)(:[0-9]{1,5})?(/[0-9]{0,4})?");

    private static URI redis(String text) {
        var parts = REDIS.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException();
        }
        var port = parts.group(2) == null ? ":6379" : parts.group(2);
        return URI.create(parts.group(1) + port + (parts.group(3) == null ? "" : parts.group(3)));
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
