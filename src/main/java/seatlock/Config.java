package seatlock;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import seatlock.access.KeyStrength;
import seatlock.db.DatabaseUrl;
import seatlock.http.Listener;
import seatlock.http.PublicUrl;
import seatlock.jobs.RetryPolicy;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.logging.Logging;
import seatlock.mail.Mailer;
import seatlock.net.Loopback;
import seatlock.net.ServerUrl;
import seatlock.net.Tls;
import seatlock.redis.RedisConnection;

/**
 * The settings, read from the environment.
 *
 * @param port to listen on; 0 for any free port; empty for the default port, and for none in a worker
 * @param host address to listen on
 * @param home directory for the data of the embedded servers and for generated keys
 * @param database address of PostgreSQL; empty to start the embedded one
 * @param migrationDatabase the same, with a role that may change the schema; empty to use the role of {@code database}
 * @param redis address of Redis; empty to start the embedded one
 * @param smtp address of the mail server; empty to store mail in files instead of sending it
 * @param mailFrom sender of all mail
 * @param mailReplyTo where replies go; empty for the sender
 * @param smtpHelo name of this machine for the mail server; empty for its own
 * @param smtpCaFile certificates that are trusted for the mail server, instead of Java's
 * @param adminKey the administrator's key; empty to generate one and store it in {@code home}
 * @param reservationTtl how long a pending reservation holds its seats, unless its event sets another time
 * @param sweepInterval pause between two runs of the sweeper
 * @param workers number of jobs that run at the same time, shared between documents and mail
 * @param jobAttempts number of failed attempts after which a job is dead; empty for the default of its kind
 * @param jobFirstRetry pause after a job's first failure; it doubles with each further failure
 * @param invariantCheckInterval pause between two rounds of checks; zero for no checks
 * @param retention time after the end of an event, after which the personal data of its buyers is erased; empty to keep it
 * @param warmUp time limit for the rehearsal of a sale before a node is ready, zero for none; empty for the default of its role
 * @param drainDelay how long a stopping node still accepts requests while it reports that it is not ready
 * @param shutdownTimeout time limit for stopping after the drain delay
 * @param limits rate limits, quotas and size limits
 * @param trustedProxies the proxies whose forwarding headers are trusted
 * @param corsOrigins origins of the web pages that may call the API
 * @param publicUrl where the links begin that the API gives out
 * @param pages whether it serves the shop, orders, the gate and the office
 * @param keepAlive how long an idle connection is kept open
 * @param payments how buyers pay
 * @param logging format and level of the log
 */
public record Config(
        Optional<Integer> port,
        Host host,
        Path home,
        Optional<DatabaseUrl> database,
        Optional<DatabaseUrl> migrationDatabase,
        Optional<URI> redis,
        Optional<URI> smtp,
        String mailFrom,
        Optional<String> mailReplyTo,
        Optional<String> smtpHelo,
        Optional<Path> smtpCaFile,
        Optional<String> adminKey,
        Duration reservationTtl,
        Duration sweepInterval,
        int workers,
        Optional<Integer> jobAttempts,
        Duration jobFirstRetry,
        Duration invariantCheckInterval,
        Optional<Period> retention,
        Optional<Duration> warmUp,
        Duration drainDelay,
        Duration shutdownTimeout,
        Limits limits,
        Networks trustedProxies,
        Set<String> corsOrigins,
        PublicUrl publicUrl,
        boolean pages,
        Duration keepAlive,
        PaymentSettings payments,
        Logging logging) {

    /**
     * An address of this machine.
     *
     * @param name for URLs, of a form that a client on this machine can use
     */
    public record Host(String name, InetAddress address) {

        /** For a server on an embedded database, which belongs to one machine. */
        static final Host LOOPBACK = new Host(Loopback.NAME, Loopback.ADDRESS);

        static final Host ALL_INTERFACES = new Host(Loopback.NAME, new InetSocketAddress(0).getAddress());

        /**
         * Parses an IPv4 or IPv6 address, or a name. {@code localhost} is {@link Loopback}.
         *
         * @throws IllegalArgumentException if the name is unknown, or this machine cannot listen on the address
         */
        public static Host parse(String text) {
            try {
                if (text.equalsIgnoreCase("localhost")) {
                    return LOOPBACK;
                }
                var address = InetAddress.getByName(text);
                new ServerSocket(0, 1, address).close();
                return new Host(address.isAnyLocalAddress() ? ALL_INTERFACES.name : text, address);
            } catch (IOException e) {
                throw new IllegalArgumentException("not an address of this machine", e);
            }
        }

        /** Returns the URL of a server that listens on this address, without a path. */
        public String url(int port) {
            return "http://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
        }
    }

    /** Thrown for invalid settings. The message lists all of them. */
    public static final class Invalid extends Exception {
        private static final long serialVersionUID = 1L;

        private Invalid(List<String> errors) {
            super("Invalid settings:\n  " + String.join("\n  ", errors));
        }
    }

    /**
     * Reads the settings.
     *
     * @param environment as from {@link System#getenv()}; an empty variable counts as unset
     * @throws Invalid with the name, the value and the expected form of every invalid setting
     */
    public static Config from(Map<String, String> environment) throws Invalid {
        var reader = new Reader(environment);
        var database = reader.secret("DATABASE_URL", DatabaseUrl::parse, "postgresql://user:password@host:port/name");
        var config = new Config(
                reader.read("PORT", Config::port, "a port from 0 to 65535"),
                reader.read(
                                "HOST",
                                Host::parse,
                                "an address or name of this machine, such as 127.0.0.1, ::1 or 0.0.0.0")
                        .orElse(database.isPresent() ? Host.ALL_INTERFACES : Host.LOOPBACK),
                reader.read("SEATLOCK_HOME", Path::of, "a directory").orElse(Path.of("data")),
                database,
                reader.secret(
                        "MIGRATION_DATABASE_URL", DatabaseUrl::parse, "postgresql://user:password@host:port/name"),
                verified(
                        reader.secret("REDIS_URL", Config::redis, "redis://[user:password@]host[:port][/database]"),
                        reader.read("REDIS_CA_FILE", Config::certificates, CERTIFICATES)),
                reader.secret("SMTP_URL", Config::smtp, "smtp://[user:password@]host[:port] or smtps://…"),
                reader.read("MAIL_FROM", Mailer::checkSender, "an address such as Seatlock <tickets@example.org>")
                        .orElse("Seatlock <tickets@localhost>"),
                reader.read("MAIL_REPLY_TO", Mailer::checkSender, "an address such as box-office@example.org"),
                reader.read("SMTP_HELO", Mailer::checkHelo, "a name such as mail.example.org, or [192.0.2.1]"),
                reader.read("SMTP_CA_FILE", Config::certificates, CERTIFICATES),
                reader.secret("SEATLOCK_ADMIN_KEY", Config::key, KeyStrength.RULE),
                reader.read(
                                "RESERVATION_TTL",
                                text -> between(text, "PT0.1S", "P7D"),
                                "a duration from PT0.1S to P7D, such as PT10M")
                        .orElse(Duration.ofMinutes(10)),
                reader.read(
                                "SWEEP_INTERVAL",
                                text -> between(text, "PT0.1S", "PT1H"),
                                "a duration from PT0.1S to PT1H, such as PT5S")
                        .orElse(Duration.ofSeconds(5)),
                reader.read("WORKERS", text -> between(text, 1, 64), "from 1 to 64")
                        .orElse(4),
                reader.read("JOB_ATTEMPTS", text -> between(text, 1, 1000), "from 1 to 1000"),
                reader.read(
                                "JOB_FIRST_RETRY",
                                text -> between(text, "PT0.01S", "PT1H"),
                                "a duration from PT0.01S to PT1H, such as PT1S")
                        .orElse(RetryPolicy.DEFAULT.firstRetry()),
                reader.read(
                                "INVARIANT_CHECK_INTERVAL",
                                text -> between(text, "PT0S", "P1D"),
                                "a duration from PT0S to P1D, such as PT1M")
                        .orElse(Duration.ofMinutes(1)),
                reader.read("RETENTION", Config::retention, "a period from P0D to P100Y, such as P90D or P6M"),
                reader.read(
                        "WARM_UP",
                        text -> between(text, "PT0S", "PT5M"),
                        "a duration from PT0S to PT5M, such as PT10S"),
                reader.read(
                                "DRAIN_DELAY",
                                text -> between(text, "PT0S", "PT10M"),
                                "a duration from PT0S to PT10M, such as PT5S")
                        .orElse(Duration.ZERO),
                reader.read(
                                "SHUTDOWN_TIMEOUT",
                                text -> between(text, "PT1S", "PT1H"),
                                "a duration from PT1S to PT1H, such as PT30S")
                        .orElse(Duration.ofSeconds(30)),
                limits(reader),
                reader.read("TRUSTED_PROXIES", Networks::parse, "addresses or networks, such as 10.0.0.0/8, fd00::/8")
                        .orElse(Networks.NONE),
                reader.read("CORS_ORIGINS", Config::origins, "origins such as https://shop.example, or *")
                        .orElse(Set.of()),
                reader.read(
                                "PUBLIC_URL",
                                PublicUrl::parse,
                                "the URL by which clients reach the API, such as https://tickets.example/box")
                        .orElse(PublicUrl.NONE),
                reader.read("PAGES", Config::onOrOff, "on or off").orElse(true),
                reader.read(
                                "KEEP_ALIVE",
                                text -> between(text, "PT1S", "PT2H"),
                                "a duration from PT1S to PT2H, such as PT75S")
                        .orElse(Listener.KEEP_ALIVE),
                PaymentSettings.read(reader, database.isEmpty()),
                new Logging(
                        reader.read("LOG_FORMAT", Logging.Format::of, "text or json")
                                .orElse(Logging.DEFAULT.format()),
                        reader.read("LOG_LEVEL", Logging.Verbosity::of, "trace, debug, info, warn or error")
                                .orElse(Logging.DEFAULT.level()),
                        reader.read("LOG_REQUESTS", Config::onOrOff, "on or off")
                                .orElse(Logging.DEFAULT.requests())));
        if (!reader.errors.isEmpty()) {
            throw new Invalid(reader.errors);
        }
        return config;
    }

    /** Parses settings and collects an error for each invalid one. */
    record Reader(Map<String, String> environment, List<String> errors) {

        Reader(Map<String, String> environment) {
            this(environment, new ArrayList<>());
        }

        <T> Optional<T> read(String name, Function<String, T> parser, String expected) {
            var text = environment.getOrDefault(name, "").strip();
            return read(name, text, "\"" + text + "\"", parser, expected);
        }

        /** Reads a maximum number. */
        int count(String name, int defaultValue) {
            return read(name, text -> between(text, 1, 1_000_000_000), "from 1 to 1000000000")
                    .orElse(defaultValue);
        }

        /** Reads a maximum size in bytes. */
        int bytes(String name, int defaultValue) {
            return read(name, text -> between(text, 1_024, 10_000_000), "from 1024 to 10000000")
                    .orElse(defaultValue);
        }

        /** Adds an error for a setting that is not set. */
        void require(String name, String why) {
            if (environment.getOrDefault(name, "").isBlank()) {
                errors.add(name + ": must be set, " + why);
            }
        }

        /** Reads a setting whose value must not appear in a message. */
        <T> Optional<T> secret(String name, Function<String, T> parser, String expected) {
            var text = environment.getOrDefault(name, "").strip();
            return read(
                    name,
                    text,
                    "a value of " + text.length() + (text.length() == 1 ? " character" : " characters"),
                    parser,
                    expected);
        }

        private <T> Optional<T> read(
                String name, String text, String got, Function<String, T> parser, String expected) {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(parser.apply(text));
            } catch (ServerUrl.Invalid e) {
                errors.add(name + ": got " + got + ", must be " + expected + ": " + e.getMessage());
                return Optional.empty();
            } catch (IllegalArgumentException | DateTimeException e) {
                errors.add(name + ": got " + got + ", must be " + expected);
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
                reader.bytes("LIMIT_HEADER_BYTES", Limits.DEFAULT.headerBytes()),
                reader.count("LIMIT_STREAMS", Limits.DEFAULT.streams()));
        return reader.read("LIMITS", Config::onOrOff, "on or off").orElse(true) ? limits : limits.off();
    }

    private static final Pattern ORIGIN =
            Pattern.compile("(https?|capacitor|ionic)://([a-z0-9._-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?|\\*");

    /** Parses origins as browsers and apps in a web view send them (RFC 6454 section 6.2): in lower case, without a path. */
    private static Set<String> origins(String text) {
        var origins = Stream.of(text.split(",", -1)).map(String::strip).collect(Collectors.toSet());
        if (!origins.stream().allMatch(ORIGIN.asMatchPredicate())) {
            throw new IllegalArgumentException();
        }
        return origins;
    }

    /** Parses a port. @throws IllegalArgumentException if it is none */
    public static int port(String text) {
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
            throw new IllegalArgumentException(text + " is not from " + min + " to " + max);
        }
        return number;
    }

    private static URI smtp(String text) {
        var url = ServerUrl.parse(text, new TreeSet<>(Set.of("smtp", "smtps")));
        var server = oneHost(url);
        if ((server.user() == null) != (server.password() == null)) {
            throw new ServerUrl.Invalid("it has a user without a password, or a password without a user");
        }
        if (!url.getRawPath().replace("/", "").isEmpty() || url.getRawQuery() != null) {
            throw new ServerUrl.Invalid("it has a path or parameters, which have no meaning for mail");
        }
        return url;
    }

    private static final Pattern REDIS_DATABASE = Pattern.compile("(/[0-9]{0,4})?");

    private static URI redis(String text) {
        var url = ServerUrl.parse(text, new TreeSet<>(Set.of("redis", "rediss")));
        var server = oneHost(url);
        if (server.user() != null && server.password() == null) {
            throw new ServerUrl.Invalid(
                    "it has a user without a password; write redis://:password@host for the default user");
        }
        if (!REDIS_DATABASE.matcher(url.getRawPath()).matches() || url.getRawQuery() != null) {
            throw new ServerUrl.Invalid("after the host, it may only have /database, a number from 0 to 9999");
        }
        if (server.port() >= 0) {
            return url;
        }
        var authority = url.getRawAuthority().replaceFirst(":$", "");
        return URI.create(url.getScheme() + "://" + authority + ":6379" + url.getRawPath());
    }

    private static ServerUrl oneHost(URI url) {
        var server = ServerUrl.of(url);
        if (server.host().isEmpty()) {
            throw new ServerUrl.Invalid("it names several hosts");
        }
        return server;
    }

    private static final String CERTIFICATES = "a readable file with certificates in PEM";

    private static Path certificates(String text) {
        var file = Path.of(text);
        Tls.verifying(Optional.of(file));
        return file.toAbsolutePath();
    }

    private static Optional<URI> verified(Optional<URI> redis, Optional<Path> caFile) {
        return redis.map(
                url -> caFile.map(file -> RedisConnection.verifiedBy(url, file)).orElse(url));
    }

    private static String key(String text) {
        if (!KeyStrength.suffices(text)) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    private static Period retention(String text) {
        var period = Period.parse(text);
        if (period.isNegative() || period.toTotalMonths() > 1_200 || period.getDays() > 36_500) {
            throw new IllegalArgumentException();
        }
        return period;
    }

    static Duration between(String text, String min, String max) {
        var duration = Duration.parse(text);
        if (duration.compareTo(Duration.parse(min)) < 0 || duration.compareTo(Duration.parse(max)) > 0) {
            throw new IllegalArgumentException();
        }
        return duration;
    }
}
