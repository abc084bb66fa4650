package seatlock;

import java.time.ZoneOffset;
import java.util.Locale;
import java.util.TimeZone;
import seatlock.cli.SeatlockCommand;
import seatlock.logging.Logging;

/** The entry point of the jar. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        doTheSameOnEveryMachine();
        var status = SeatlockCommand.run(args);
        Logging.flush();
        System.exit(status);
    }

    /**
     * Makes this process do the same on every machine. Our own code names locale and time zone where they matter, but some
     * libraries take the default: Jesque writes dates to Redis, and the driver sends PostgreSQL a time zone that it may not know.
     */
    private static void doTheSameOnEveryMachine() {
        Locale.setDefault(Locale.ROOT);
        TimeZone.setDefault(TimeZone.getTimeZone(ZoneOffset.UTC));
    }
}
