package seatlock.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import seatlock.Config;

@Command(name = "migrate", description = "Bring the schema up to date.", mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.once(backends -> {
            backends.migrate();
            return 0;
        });
    }
}
