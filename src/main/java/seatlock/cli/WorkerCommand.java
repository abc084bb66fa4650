package seatlock.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import seatlock.App;
import seatlock.Config;

@Command(
        name = "worker",
        description = "Run the workers, which create and mail tickets. The schema must be up to date: see `migrate`.",
        mixinStandardHelpOptions = true)
final class WorkerCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.runUntilStopped(App.Role.WORKER);
    }
}
