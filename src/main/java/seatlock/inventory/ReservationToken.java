package seatlock.inventory;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import seatlock.crypto.HmacSha256;
import seatlock.crypto.Sha256;

/**
 * A bearer token that opens a reservation to its buyer. There are two: the random one of the response that made the reservation, of
 * which Seatlock stores only the hash; and the one in the links of mails, which is derived from that hash and the buyer's address, so
 * that nothing more is stored.
 *
 * @param value as the client received or sent it
 */
public record ReservationToken(String value) {

    /** Lets secret scanners recognise a leaked token. */
    private static final String PREFIX = "rsv_";

    /** The same for a token in a link. */
    private static final String LINK_PREFIX = "rsl_";

    /** 256 bits, which nobody can guess. They are encoded as 43 characters. */
    private static final int RANDOM_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    public static ReservationToken random() {
        var bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return new ReservationToken(PREFIX + encode(bytes));
    }

    /**
     * Returns the token for the links of mails to the buyer. It is another one as soon as the address is, so a link that was sent to a
     * wrong address stops working with the correction, and every link with the erasure of the buyer.
     *
     * @param tokenHash {@linkplain #hash of the random token}
     */
    public static ReservationToken forLinks(byte[] tokenHash, String email) {
        var message = ("order link\n" + email).getBytes(StandardCharsets.UTF_8);
        return new ReservationToken(LINK_PREFIX + encode(HmacSha256.of(tokenHash, message)));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns the SHA-256 of the token. The token is random, so neither a salt nor a slow hash would add security. */
    public byte[] hash() {
        return Sha256.of(value);
    }

    /**
     * Returns whether the token opens a reservation: it is the random one or that of the links. Takes the same time for every token of
     * its kind, right or wrong.
     *
     * @param tokenHash of the reservation
     * @param email of its buyer
     */
    public boolean opens(byte[] tokenHash, String email) {
        var expected = isOfLinks() ? forLinks(tokenHash, email).hash() : tokenHash;
        return Sha256.isEqual(expected, hash());
    }

    private boolean isOfLinks() {
        return value.startsWith(LINK_PREFIX);
    }

    /** Hides the token, since this may end up in a log. */
    @Override
    public String toString() {
        return (isOfLinks() ? LINK_PREFIX : PREFIX) + "…";
    }
}
