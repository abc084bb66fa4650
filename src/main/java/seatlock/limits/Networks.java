package seatlock.limits;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A set of IP networks, written as a list of prefixes: {@code 10.0.0.0/8, 192.0.2.7, fd00::/8}. */
public final class Networks {

    public static final Networks NONE = new Networks(List.of());

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    /** A superset of IPv6 addresses. {@link InetAddress} rejects the rest without a DNS query. */
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F:.]+");

    private record Prefix(byte[] bytes, int bits) {

        boolean contains(byte[] address) {
            if (address.length != bytes.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                var mask = 0x80 >> bit % 8;
                if (((address[bit / 8] ^ bytes[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Prefix> prefixes;

    private Networks(List<Prefix> prefixes) {
        this.prefixes = prefixes;
    }

    /**
     * Parses a list of networks.
     *
     * @param text addresses and prefixes (RFC 4632), separated by commas
     * @throws IllegalArgumentException if an element is neither
     */
    public static Networks parse(String text) {
        return new Networks(Stream.of(text.split(",", -1)).map(Networks::prefix).toList());
    }

    private static Prefix prefix(String text) {
        var parts = text.strip().split("/", 2);
        var bytes = address(parts[0])
                .orElseThrow(() -> new IllegalArgumentException("Not an IP address: " + parts[0]))
                .getAddress();
        var bits = parts.length == 1 ? 8 * bytes.length : bits(parts[1]);
        if (bits < 0 || bits > 8 * bytes.length) {
            throw new IllegalArgumentException("Invalid prefix length: " + text);
        }
        return new Prefix(bytes, bits);
    }

    /** Parses a prefix length; -1 if it is not a number. */
    private static int bits(String text) {
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    }

    /**
     * Parses a numeric address. An IPv4-mapped IPv6 address becomes the IPv4 address.
     *
     * @return empty if the text is not a numeric address; names are never looked up
     */
    public static Optional<InetAddress> address(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Returns whether an address is in one of the networks. */
    public boolean contains(InetAddress address) {
        return prefixes.stream().anyMatch(prefix -> prefix.contains(address.getAddress()));
    }

    /**
     * Returns the name under which requests from an address are counted: the address itself for IPv4, its /64 network for IPv6,
     * because a client can use every address in its network.
     */
    public static String subscriber(InetAddress address) {
        if (address instanceof Inet4Address) {
            return address.getHostAddress();
        }
        var network = address.getAddress();
        Arrays.fill(network, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(network).getHostAddress() + "/64";
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An IPv6 address has 16 bytes", e);
        }
    }
}
