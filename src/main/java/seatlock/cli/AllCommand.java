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

    @Option(
            names = "--stop-when-ready",
            description = "Stop as soon as everything is ready: to make an archive of classes, or to test a machine.")
    private boolean stopWhenReady;

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.run(
                App.Role.ALL,
                seed ? SeedCommand::seed : database -> {},
                stopWhenReady ? () -> {} : Execution::awaitSignal);
    }
}
