package seatlock.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The address on which the servers of this process listen for clients on this machine.
 *
 * <p>The name {@code localhost} and Java's own loopback address mean {@code 127.0.0.1} on one machine and {@code ::1} on
 * another, so that a server and its client can miss each other.
 */
public final class Loopback {

    /** For URLs and settings. */
    public static final String NAME = "127.0.0.1";

    /** For sockets. */
    public static final InetAddress ADDRESS = address();

    private Loopback() {}

    private static InetAddress address() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("Four bytes are an address", e);
        }
    }
}
