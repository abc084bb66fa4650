package seatlock.tickets;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.apache.commons.codec.binary.Base32;

/** Verifies ticket codes as an offline gate would, using only the published keys and the documented format. */
public final class OfflineGate {

    private static final byte[] X509_PREFIX = Base64.getDecoder().decode("MCowBQYDK2VwAyEA"); // RFC 8410

    private OfflineGate() {}

    /**
     * Returns whether the gate admits the holder of a ticket.
     *
     * @param revoked responses of {@code GET …/tickets/revoked}, in the order of the requests
     */
    public static boolean admits(String code, JsonNode keySet, List<JsonNode> revoked) throws GeneralSecurityException {
        if (!verify(code, keySet)
                || revoked.get(revoked.size() - 1).get("eventCancelled").asBoolean()) {
            return false;
        }
        var bytes = ByteBuffer.wrap(new Base32().decode(code.substring("SL1".length())), 18, 16);
        var ticket = new UUID(bytes.getLong(), bytes.getLong()).toString();
        return revoked.stream()
                .flatMap(page -> StreamSupport.stream(page.get("tickets").spliterator(), false))
                .noneMatch(each -> each.get("ticketId").asText().equals(ticket));
    }

    /** @param keySet response of {@code GET /api/keys/tickets} */
    public static boolean verify(String code, JsonNode keySet) throws GeneralSecurityException {
        var bytes = new Base32().decode(code.substring("SL1".length()));
        var keyId = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort());
        for (var key : keySet.get("keys")) {
            if (key.get("kid").asInt() == keyId) {
                var x = Base64.getUrlDecoder().decode(key.get("x").asText());
                var x509 = ByteBuffer.allocate(44).put(X509_PREFIX).put(x).array();
                var signature = Signature.getInstance("Ed25519");
                signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(x509)));
                signature.update("seatlock ticket 1".getBytes(StandardCharsets.US_ASCII));
                signature.update(bytes, 0, 34);
                return signature.verify(bytes, 34, 64);
            }
        }
        return false;
    }
}
