package seatlock.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
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
        return new CommandLine(new SeatlockCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    var cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
                    commandLine.getErr().println("seatlock: " + messages(cause));
                    return cause instanceof Config.Invalid ? 2 : 1;
                })
                .execute(args);
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
