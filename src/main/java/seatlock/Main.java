package seatlock;

import seatlock.cli.SeatlockCommand;
import seatlock.logging.Logging;

/** The entry point of the jar. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        var status = SeatlockCommand.run(args);
        Logging.flush();
        System.exit(status);
    }
}
