package seatlock.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import seatlock.App;
import seatlock.Config;

@Command(
        name = "worker",
        description = "Run the workers that make and mail tickets, on a schema that is up to date.",
        mixinStandardHelpOptions = true)
final class WorkerCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.untilStopped(App.Role.WORKER, false);
    }
}
