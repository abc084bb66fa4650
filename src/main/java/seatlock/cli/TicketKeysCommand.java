package seatlock.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import seatlock.Config;
import seatlock.tickets.TicketKeys;

@Command(
        name = "ticket-keys",
        description = "Manage the keys that sign tickets.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(rotate)")
final class TicketKeysCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing subcommand: rotate");
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Sign new tickets with a new key. Existing tickets remain valid.")
    int rotate() throws Config.Invalid {
        return Execution.withDatabase(database -> {
            var id = new TicketKeys(database).rotate();
            Execution.OUTPUT.accept(
                    "Ticket key  " + id + " signs new tickets from now on. Existing tickets remain valid.");
            return 0;
        });
    }
}
