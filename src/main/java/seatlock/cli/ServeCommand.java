package seatlock.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import seatlock.App;
import seatlock.Config;

@Command(
        name = "serve",
        description = "Run the API and the sweeper. The schema must be up to date: see `migrate`.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.runUntilStopped(App.Role.SERVE);
    }
}
