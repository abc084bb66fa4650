package seatlock.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports. */
public final class Ports {

    /** Below those that the kernel gives to outgoing connections (from 32768), which could take it at any moment. */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_000;

    private Ports() {}

    /** One that nobody listens on right now, on this machine. */
    public static int free() {
        for (int attempt = 0; attempt < 100; attempt++) {
            // At random: two that start at the same moment hardly choose the same one.
            var port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException inUse) {
                // the next one
            }
        }
        throw new IllegalStateException("No free port between " + FIRST + " and " + LAST);
    }
}
