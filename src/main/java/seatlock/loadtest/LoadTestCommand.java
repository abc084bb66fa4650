package seatlock.loadtest;

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
import seatlock.embedded.Home;

/** The load test, from the command line. */
@Command(
        name = "loadtest",
        description = "Asks a Seatlock that runs for much, and holds it to what it answers. The exit status is 0 if"
                + " nothing it said was wrong.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nScenarios:%n",
        footer = {
            "  on-sale      every request asks for another seat",
            "  rivals       each seat is asked for by --rivals buyers at the same time",
            "  stampede     all clients ask for one seat at the same instant",
            "  retry-storm  all send the same request, with one Idempotency-Key",
            "  browse       all clients look at the whole seat map",
            "  purchase     reserve, then confirm; makes tickets, and mail to nobody",
            "  nothing      GET /livez: what the server can do at most"
        })
public final class LoadTestCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SCENARIO", converter = ScenarioConverter.class, description = "One of those below.")
    private Scenario scenario;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where the server is; default http://localhost:PORT, or where the one of SEATLOCK_HOME is, or"
                    + " http://localhost:8080. Given several times, requests go to these nodes in turn.")
    private List<URI> urls;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "The admin key; default SEATLOCK_ADMIN_KEY, or that of the Seatlock in SEATLOCK_HOME.")
    private String key;

    @Option(
            names = "--clients",
            defaultValue = "64",
            description = "How many; each has a connection and one request at a time. Default ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--duration",
            converter = DurationConverter.class,
            description = "Of what is counted, in seconds or as PT1M. Default 10 s; no end with --requests.")
    private Duration duration;

    @Option(
            names = "--warmup",
            converter = DurationConverter.class,
            description = "Before that: checked, and not counted. Default 3 s; none with --requests.")
    private Duration warmup;

    @Option(
            names = "--rate",
            description = "Requests due per second, at a constant rate; latency then counts from when one was due."
                    + " Without it each client asks again as soon as it is answered.")
    private Double rate;

    @Option(names = "--requests", description = "End after so many, even if time is left.")
    private Long requests;

    @Option(
            names = "--seats",
            defaultValue = "10000",
            description = "Of each event that is made. Default ${DEFAULT-VALUE}.")
    private int seats;

    @Option(
            names = "--events",
            description =
                    "How many are made, sold one after the other; as many as are likely to be needed unless given.")
    private Integer events;

    @Option(names = "--rivals", defaultValue = "3", description = "Buyers for each seat. Default ${DEFAULT-VALUE}.")
    private int rivals;

    @Option(names = "--conditional", description = "With browse: say which seat map one has already (If-None-Match).")
    private boolean conditional;

    @Option(
            names = "--recheck",
            description = "Read only so many of the acknowledged reservations afterwards; all unless given.")
    private Integer recheck;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with charts, too.")
    private Path html;

    @Override
    public Integer call() {
        var plan = plan();
        var out = spec.commandLine().getOut();
        if (html != null && !Files.isWritable(html.toAbsolutePath().getParent())) {
            throw new ParameterException(spec.commandLine(), "--html: there cannot be a file " + html);
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
            out.println("The page is " + html);
        }
        out.flush();
        return report.isCorrect() ? 0 : 1;
    }

    private void write(Report report) {
        try {
            Files.writeString(html, new HtmlReport(report).page());
        } catch (IOException e) {
            throw new UncheckedIOException("The page cannot be written: " + e.getMessage(), e);
        }
    }

    private Plan plan() {
        try {
            if (recheck != null && recheck < 0) {
                throw new IllegalArgumentException("--recheck wants 0 or more");
            }
            return new Plan(
                    scenario,
                    urls == null ? List.of(urlAtHand()) : urls,
                    key == null ? keyAtHand() : key,
                    clients,
                    duration != null ? duration : requests == null ? Duration.ofSeconds(10) : Plan.MAX_DURATION,
                    warmup != null ? warmup : Duration.ofSeconds(requests == null ? 3 : 0),
                    given(rate, "--rate").orElse(0.0),
                    given(requests, "--requests").orElse(0L),
                    seats,
                    given(events, "--events").orElse(0),
                    rivals,
                    conditional,
                    recheck == null ? Plan.RECHECK_ALL : recheck);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** In a plan, 0 is "not given"; so nobody may give it. */
    private static <T extends Number> Optional<T> given(T value, String option) {
        if (value != null && !(value.doubleValue() > 0)) {
            throw new IllegalArgumentException(option + " wants more than 0");
        }
        return Optional.ofNullable(value);
    }

    private static URI urlAtHand() {
        return variable("PORT")
                .filter(port -> !port.equals("0"))
                .map(port -> URI.create("http://localhost:" + port))
                .or(() -> Home.published(home(), "URL").map(URI::create))
                .orElse(URI.create("http://localhost:8080"));
    }

    private static String keyAtHand() {
        return variable("SEATLOCK_ADMIN_KEY")
                .or(() -> Home.published(home(), "SEATLOCK_ADMIN_KEY"))
                .orElseThrow(() -> new IllegalArgumentException("No admin key: give --key or SEATLOCK_ADMIN_KEY, or run"
                        + " this where SEATLOCK_HOME is that of the server"));
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
                throw new TypeConversionException("'" + text + "' is neither seconds nor as PT1M");
            }
        }
    }
}
