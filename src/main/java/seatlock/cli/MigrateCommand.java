package seatlock.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import seatlock.Config;

@Command(name = "migrate", description = "Bring the database schema up to date.", mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.runOnce(backends -> {
            backends.migrate();
            return 0;
        });
    }
}
