package seatlock.limits;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Some of the internet's addresses, as a list of prefixes: {@code 10.0.0.0/8, 192.0.2.7, fd00::/8}. */
public final class Networks {

    public static final Networks NONE = new Networks(List.of());

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    /** What is not an IPv6 address but looks like one is refused by {@link InetAddress}, which asks no name server for it. */
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
     * @param text addresses and prefixes (RFC 4632), with commas between them
     * @throws IllegalArgumentException if it has anything else
     */
    public static Networks parse(String text) {
        return new Networks(Stream.of(text.split(",", -1)).map(Networks::prefix).toList());
    }

    private static Prefix prefix(String text) {
        var parts = text.strip().split("/", 2);
        var bytes = address(parts[0])
                .orElseThrow(() -> new IllegalArgumentException("Not an address: " + parts[0]))
                .getAddress();
        var bits = parts.length == 1 ? 8 * bytes.length : Integer.parseInt(parts[1]);
        if (bits < 0 || bits > 8 * bytes.length) {
            throw new IllegalArgumentException("Not the length of a prefix: " + text);
        }
        return new Prefix(bytes, bits);
    }

    /**
     * An address that is written in numbers. One of IPv4 that is mapped to IPv6 is that of IPv4.
     *
     * @return empty if it is none; no name is ever looked up
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

    public boolean contain(InetAddress address) {
        return prefixes.stream().anyMatch(prefix -> prefix.contains(address.getAddress()));
    }

    /**
     * What to count somebody by. In IPv6 that is his network, of 64 bits: he has all the addresses in it, and may come from
     * another one each time.
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
            throw new IllegalStateException("It has 16 bytes", e);
        }
    }
}
