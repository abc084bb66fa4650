package seatlock;

import seatlock.cli.SeatlockCommand;

/** The entry point of the jar. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(SeatlockCommand.run(args));
    }
}
