package seatlock.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import seatlock.App;
import seatlock.Config;

@Command(
        name = "all",
        description = "Run everything in one process, including PostgreSQL and Redis unless their addresses are set.",
        mixinStandardHelpOptions = true)
final class AllCommand implements Callable<Integer> {

    @Option(names = "--seed", description = "Add the sample events first, as the command `seed` does.")
    private boolean seed;

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.runUntilStopped(App.Role.ALL, seed ? SeedCommand::seed : database -> {});
    }
}
