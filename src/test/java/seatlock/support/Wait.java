package seatlock.support;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition that background work brings about. */
public final class Wait {

    private static final Duration LONGEST = Duration.ofSeconds(90);

    private Wait() {}

    /**
     * Returns as soon as the condition holds, and fails after 90 seconds.
     *
     * @param what the condition in words, for the failure
     */
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
