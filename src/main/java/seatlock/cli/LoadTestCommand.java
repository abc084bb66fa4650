package seatlock.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import seatlock.Config;
import seatlock.embedded.HomeDirectory;
import seatlock.loadtest.LoadTest;
import seatlock.loadtest.Plan;
import seatlock.loadtest.Report;
import seatlock.loadtest.Scenario;
import seatlock.net.Loopback;

/** Runs a load test and prints its report. The exit status is 1 if there are violations. */
@Command(
        name = "loadtest",
        description = "Load-test a running server and check its responses. The exit status is 0 if all are correct.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nScenarios:%n",
        footer = {
            "  on-sale      every request reserves a different seat",
            "  places       every request reserves a place, which nobody chooses",
            "  best         every request reserves the best seat available",
            "  rivals       --rivals buyers request each seat at the same time",
            "  stampede     all clients request one seat at the same instant",
            "  retry-storm  all clients repeat one request with the same Idempotency-Key",
            "  browse       all clients read the whole seat map",
            "  purchase     reserve, then confirm; creates tickets and undeliverable mail",
            "  checkout     reserve, open the payment page, pay in the sandbox, wait until it is captured",
            "  nothing      GET /livez: the upper bound for the other scenarios"
        })
public final class LoadTestCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "SCENARIO",
            converter = ScenarioConverter.class,
            description = "One of the scenarios below.")
    private Scenario scenario;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "URL of the server, which must be running. Repeat the option to send requests to several nodes in turn. Default: port PORT"
                            + " of HOST or 127.0.0.1 if set, else the server that runs in SEATLOCK_HOME, else port 8080 on"
                            + " 127.0.0.1.")
    private List<URI> urls;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description =
                    "Admin key. Default: SEATLOCK_ADMIN_KEY if set, else the key of the server that runs in SEATLOCK_HOME.")
    private String key;

    @Option(
            names = "--clients",
            defaultValue = "64",
            paramLabel = "N",
            description = "Number of clients, each with one connection and one request at a time. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--duration",
            converter = DurationConverter.class,
            paramLabel = "DURATION",
            description = "Duration of the test, in seconds or as PT1M. Default: 10 s; 12 h with --requests.")
    private Duration duration;

    @Option(
            names = "--warmup",
            converter = DurationConverter.class,
            paramLabel = "DURATION",
            description =
                    "Duration of the warm-up, which is checked but not counted. Default: 3 s; none with --requests.")
    private Duration warmup;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Requests due per second; latency is measured from the time a request was due. Default: each"
                    + " client sends its next request as soon as it gets a response.")
    private Double rate;

    @Option(names = "--requests", paramLabel = "N", description = "End after this number of requests.")
    private Long requests;

    @Option(
            names = "--seats",
            defaultValue = "10000",
            paramLabel = "N",
            description = "Seats per event. Default: ${DEFAULT-VALUE}.")
    private int seats;

    @Option(
            names = "--events",
            paramLabel = "N",
            description = "Number of events to create; they are sold one after another. Default: an estimate of the"
                    + " number needed.")
    private Integer events;

    @Option(
            names = "--rivals",
            defaultValue = "3",
            paramLabel = "N",
            description = "Buyers per seat. Default: ${DEFAULT-VALUE}.")
    private int rivals;

    @Option(names = "--conditional", description = "With browse: send If-None-Match.")
    private boolean conditional;

    @Option(
            names = "--recheck",
            paramLabel = "N",
            description = "Number of acknowledged reservations to read again after the test. Default: all.")
    private Integer recheck;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write the report as an HTML page with charts.")
    private Path html;

    @Override
    public Integer call() {
        var plan = plan();
        var out = spec.commandLine().getOut();
        if (html != null && !isWritable(html.toAbsolutePath())) {
            throw new ParameterException(spec.commandLine(), "--html: cannot write " + html);
        }
        out.println(plan);
        out.flush();
        var report = LoadTest.run(plan, line -> {
            out.println(line);
            out.flush();
        });
        out.print(report.toText());
        if (html != null) {
            write(report);
            out.println("Report written to " + html);
        }
        out.flush();
        return report.isCorrect() ? 0 : 1;
    }

    private static boolean isWritable(Path file) {
        return Files.exists(file)
                ? Files.isRegularFile(file) && Files.isWritable(file)
                : file.getParent() != null && Files.isWritable(file.getParent());
    }

    private void write(Report report) {
        try {
            Files.writeString(html, report.toHtml());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the report: " + e.getMessage(), e);
        }
    }

    private Plan plan() {
        try {
            if (recheck != null && recheck < 0) {
                throw new IllegalArgumentException("--recheck must be 0 or more");
            }
            return new Plan(
                    scenario,
                    urls == null ? List.of(defaultUrl()) : urls,
                    key == null ? defaultKey() : key,
                    clients,
                    duration != null ? duration : requests == null ? Duration.ofSeconds(10) : Plan.MAX_DURATION,
                    warmup != null ? warmup : Duration.ofSeconds(requests == null ? 3 : 0),
                    positive(rate, "--rate").orElse(0.0),
                    positive(requests, "--requests").orElse(0L),
                    seats,
                    positive(events, "--events").orElse(0),
                    rivals,
                    conditional,
                    recheck == null ? Plan.RECHECK_ALL : recheck);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Rejects 0 on the command line, since a plan uses it for "not set". */
    private static <T extends Number> Optional<T> positive(T value, String option) {
        if (value != null && !(value.doubleValue() > 0)) {
            throw new IllegalArgumentException(option + " must be more than 0");
        }
        return Optional.ofNullable(value);
    }

    private static URI defaultUrl() {
        return variable("PORT")
                .filter(port -> !port.equals("0"))
                .map(port -> URI.create(host().url(Config.port(port))))
                .or(() -> HomeDirectory.published(home(), "URL").map(URI::create))
                .orElse(URI.create("http://" + Loopback.NAME + ":8080"));
    }

    private static Config.Host host() {
        return Config.Host.parse(variable("HOST").orElse(Loopback.NAME));
    }

    private static String defaultKey() {
        return variable("SEATLOCK_ADMIN_KEY")
                .or(() -> HomeDirectory.published(home(), "SEATLOCK_ADMIN_KEY"))
                .orElseThrow(() -> new IllegalArgumentException("No admin key: set --key, SEATLOCK_ADMIN_KEY, or"
                        + " SEATLOCK_HOME to the home directory of the server"));
    }

    private static Path home() {
        return Path.of(variable("SEATLOCK_HOME").orElse("data"));
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    static final class ScenarioConverter implements ITypeConverter<Scenario> {
        @Override
        public Scenario convert(String text) {
            try {
                return Scenario.named(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return text.matches("[0-9]{1,9}([.][0-9]{1,9})?")
                        ? Duration.ofNanos(Math.round(Double.parseDouble(text) * 1e9))
                        : Duration.parse(text);
            } catch (DateTimeException e) {
                throw new TypeConversionException("'" + text + "' is not a duration: use seconds, such as 10, or PT1M");
            }
        }
    }
}
