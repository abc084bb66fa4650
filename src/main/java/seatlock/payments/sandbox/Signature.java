package seatlock.payments.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Pattern;
import seatlock.crypto.HmacSha256;
import seatlock.crypto.Sha256;
import seatlock.payments.InvalidNotice;

/**
 * The signature of a notice, in the form that <a href="https://docs.stripe.com/webhooks#verify-manually">Stripe</a> has made common:
 * {@code t=}, the time in seconds, and {@code v1=}, the HMAC with SHA-256 of that time, a full stop and the body.
 */
final class Signature {

    static final String HEADER = "Sandbox-Signature";

    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final Pattern FORM = Pattern.compile("t=([0-9]{1,12}),v1=([0-9a-f]{64})");

    private Signature() {}

    /** @param time in seconds since 1970 */
    static String of(byte[] secret, long time, byte[] body) {
        return "t=" + time + ",v1=" + HexFormat.of().formatHex(hmac(secret, time, body));
    }

    /** @param now in seconds since 1970 */
    static void check(byte[] secret, String header, byte[] body, long now) throws InvalidNotice {
        var parts = FORM.matcher(header == null ? "" : header);
        if (!parts.matches()) {
            throw new InvalidNotice("The notice is not signed.");
        }
        var time = Long.parseLong(parts.group(1));
        if (!Sha256.isEqual(hmac(secret, time, body), HexFormat.of().parseHex(parts.group(2)))) {
            throw new InvalidNotice("The signature of the notice is wrong.");
        }
        if (Math.abs(now - time) > TOLERANCE.toSeconds()) {
            throw new InvalidNotice("The notice was signed too long ago.");
        }
    }

    private static byte[] hmac(byte[] secret, long time, byte[] body) {
        return HmacSha256.of(secret, (time + ".").getBytes(StandardCharsets.UTF_8), body);
    }
}
