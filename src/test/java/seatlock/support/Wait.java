package seatlock.support;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens in the background, as long as it takes and no longer. */
public final class Wait {

    private static final Duration LONGEST = Duration.ofSeconds(90);

    private Wait() {}

    public static void until(String what, BooleanSupplier happened) {
        var deadline = System.nanoTime() + LONGEST.toNanos();
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Did not happen: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
