package seatlock.mail;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name by which this machine introduces itself to a mail server. RFC 5321 section 4.1.4 requires a name that resolves, or an
 * address literal; many servers refuse anything else, such as the name of a container.
 */
final class HeloName {

    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

    private static final Pattern NAME = Pattern.compile("(?:" + LABEL + "\\.)+[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?");

    private static final Pattern LITERAL = Pattern.compile("\\[(?:[0-9.]+|IPv6:[0-9A-Fa-f:.]+)]");

    private Optional<String> name; // null until it is looked up

    /** @param name as it is set; empty to use the name of this machine if it resolves, and else the connection's address */
    HeloName(Optional<String> name) {
        this.name = name.isPresent() ? name : null;
    }

    /** Returns whether a text is a fully qualified name or an address literal. */
    static boolean isValid(String text) {
        return NAME.matcher(text).matches() || LITERAL.matcher(text).matches();
    }

    /**
     * Returns the name for a connection. The first call may look up the name of this machine, which takes time.
     *
     * @param local address of this end of the connection
     */
    synchronized String from(InetAddress local) {
        if (name == null) {
            name = ofThisMachine();
        }
        return name.orElseGet(() -> literal(local));
    }

    private static Optional<String> ofThisMachine() {
        try {
            var address = InetAddress.getLocalHost();
            return qualified(address.getCanonicalHostName(), address);
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Returns the name if others may be able to resolve it. A loopback address shows that only this machine can. */
    static Optional<String> qualified(String name, InetAddress address) {
        return Optional.of(name)
                .filter(any -> !address.isLoopbackAddress() && NAME.matcher(any).matches());
    }

    /** Returns an address literal (RFC 5321 section 4.1.3). */
    static String literal(InetAddress address) {
        var text = address.getHostAddress().replaceFirst("%.*", "");
        return address instanceof Inet6Address ? "[IPv6:" + text + "]" : "[" + text + "]";
    }
}
