package seatlock.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import seatlock.App;
import seatlock.Config;

@Command(
        name = "seed",
        description = "Add three sample events: in a hall, a theatre, and an arena with 10,000 seats.",
        mixinStandardHelpOptions = true)
final class SeedCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.runOnce(backends -> {
            backends.migrate();
            App.seed(backends.database(), Execution.OUTPUT);
            return 0;
        });
    }
}
