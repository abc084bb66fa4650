package seatlock.http;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The id of a request: in the response, in every log line about the request, and in the {@code instance} of a problem. It is the
 * client's own trace-id if the request has one, so that both logs can be read side by side.
 *
 * @param value 16 bytes as 32 hexadecimal digits
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>
 */
public record RequestId(String value) {

    /** Not a registered name, but the one that proxies and clients use. */
    public static final String HEADER = "X-Request-Id";

    static final String TRACE_PARENT = "traceparent";

    /** Version 00: trace-id, parent-id, flags. */
    private static final Pattern FORM = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}");

    private static final Pattern ZEROS = Pattern.compile("0+");

    private static final HexFormat HEX = HexFormat.of();

    /**
     * Returns the trace-id of a request, or a random id if the request has none.
     *
     * @param traceParents values of the {@code traceparent} field; several values or an invalid one count as none
     */
    public static RequestId of(List<String> traceParents) {
        if (traceParents.size() == 1) {
            var parts = FORM.matcher(traceParents.get(0));
            if (parts.matches() && !isZero(parts.group(1)) && !isZero(parts.group(2))) {
                return new RequestId(parts.group(1));
            }
        }
        return random();
    }

    /** The id is no secret, so it does not need a cryptographic source, which is slower and shared by all threads. */
    private static RequestId random() {
        var random = ThreadLocalRandom.current();
        return new RequestId(HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong()));
    }

    private static boolean isZero(String hex) {
        return ZEROS.matcher(hex).matches();
    }

    /**
     * Returns the {@code instance} member of a problem. There is no resource at this path, which RFC 9457 section 3.1.5 allows.
     * It is not a {@code urn:seatlock:}, because RFC 8141 permits registered namespaces only.
     */
    public String uri() {
        return "/requests/" + value;
    }

    @Override
    public String toString() {
        return value;
    }
}
