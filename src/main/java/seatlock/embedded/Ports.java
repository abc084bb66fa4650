package seatlock.embedded;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import seatlock.net.Loopback;

/** Finds free ports. */
public final class Ports {

    /** Below the range from which the kernel takes ports for outgoing connections (from 32768). */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_000;

    private Ports() {}

    /** Returns a port on which no process of this machine listens at the moment. */
    public static int free() {
        for (int attempt = 0; attempt < 100; attempt++) {
            // Random, so that two processes that start at the same time rarely choose the same port.
            var port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (var probe = new ServerSocket(port, 1, Loopback.ADDRESS)) {
                return probe.getLocalPort();
            } catch (IOException inUse) {
                // try another one
            }
        }
        throw new IllegalStateException("No free port found between " + FIRST + " and " + LAST);
    }
}
