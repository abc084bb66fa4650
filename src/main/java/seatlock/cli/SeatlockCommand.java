package seatlock.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.TypeConversionException;
import seatlock.App;
import seatlock.Config;
import seatlock.embedded.UnusableHome;

/** The root command, {@code seatlock}. */
@Command(
        name = "seatlock",
        description = "An event-ticketing backend that never sells a seat twice.",
        mixinStandardHelpOptions = true,
        versionProvider = SeatlockCommand.Version.class,
        footer = {
            "",
            "The default command is `all`. Settings are environment variables (PORT, HOST, SEATLOCK_HOME, DATABASE_URL, …);"
                    + " src/docs/operations.md lists them."
        },
        subcommands = {
            AllCommand.class,
            ServeCommand.class,
            WorkerCommand.class,
            MigrateCommand.class,
            SeedCommand.class,
            EventsCommand.class,
            ImportCommand.class,
            JobsCommand.class,
            ReservationsCommand.class,
            KeysCommand.class,
            TicketKeysCommand.class,
            VerifyCommand.class,
            LoadTestCommand.class
        })
public final class SeatlockCommand implements Callable<Integer> {

    /**
     * Runs a command line.
     *
     * @return the exit status: 0 if the command succeeded, 1 if it failed, 2 if the command line or a setting is invalid
     */
    public static int run(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new SeatlockCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(UUID.class, SeatlockCommand::id)
                .registerConverter(Duration.class, SeatlockCommand::duration)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    var cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
                    commandLine.getErr().println("seatlock: " + messages(cause));
                    return cause instanceof Config.Invalid ? 2 : 1;
                });
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(
                    "'" + text + "' is not an id, such as 01997a3e-5c1d-7f00-8a4b-3d2e1f0c9b8a");
        }
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            throw new TypeConversionException("'" + text + "' is not a duration, such as P90D or PT1H");
        }
    }

    private static String messages(Throwable e) {
        var message = e.getMessage() == null ? e.toString() : e.getMessage();
        return e.getCause() == null || e instanceof Config.Invalid || e instanceof UnusableHome
                ? message
                : message + "\n  because: " + messages(e.getCause());
    }

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.runUntilStopped(App.Role.ALL);
    }

    static String version() {
        var version = SeatlockCommand.class.getPackage().getImplementationVersion();
        return version == null ? "(not run from a jar)" : version;
    }

    /** Reads the version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {version()};
        }
    }
}
