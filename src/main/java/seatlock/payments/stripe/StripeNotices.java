package seatlock.payments.stripe;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.stripe.net.Webhook;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.payments.Fact;
import seatlock.payments.InvalidNotice;
import seatlock.payments.Notice;
import seatlock.payments.PaymentId;

/**
 * Verifies and reads the events that Stripe sends to a webhook endpoint.
 *
 * <p>It reads the few fields that it needs from the JSON. The classes of stripe-java fit one version of the API only, and that of an
 * endpoint is chosen in Stripe's dashboard: no notice may be lost because they differ.
 */
final class StripeNotices {

    static final String HEADER = "Stripe-Signature";

    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    /** Only these decide. Those of the page repeat them, and may arrive before or after. */
    private static final Set<String> INTENT =
            Set.of("payment_intent.amount_capturable_updated", "payment_intent.succeeded", "payment_intent.canceled");

    private static final String PAGE_EXPIRED = "checkout.session.expired";

    private final List<String> secrets;

    /** @param secrets any of which Stripe may have signed with */
    StripeNotices(List<String> secrets) {
        this.secrets = List.copyOf(secrets);
    }

    /**
     * Verifies and reads a notice.
     *
     * @param signature {@code null} for none
     * @return empty if it is about something else than a payment of ours
     */
    Optional<Notice> read(byte[] body, String signature) throws InvalidNotice {
        var payload = new String(body, StandardCharsets.UTF_8);
        verify(payload, signature);
        try {
            return read(JsonParser.parseString(payload).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException | NumberFormatException | ArithmeticException e) {
            throw new InvalidNotice("The notice is signed, but cannot be read.");
        }
    }

    /** stripe-java has a method for this, but it writes the time with the digits of the machine's locale. */
    private void verify(String payload, String header) throws InvalidNotice {
        var time = parts(header, "t=").findFirst().filter(text -> text.matches("[0-9]{1,12}"));
        if (time.isEmpty()) {
            throw new InvalidNotice("The notice is not signed.");
        }
        var signatures = parts(header, "v1=").toList();
        if (secrets.stream().noneMatch(secret -> isAmong(signatures, hmac(secret, time.get() + "." + payload)))) {
            throw new InvalidNotice("The signature of the notice is wrong.");
        }
        if (Math.abs(Webhook.Util.getTimeNow() - Long.parseLong(time.get())) > TOLERANCE.toSeconds()) {
            throw new InvalidNotice("The notice was signed too long ago.");
        }
    }

    private static Stream<String> parts(String header, String prefix) {
        return Stream.of(header == null ? new String[0] : header.split(","))
                .filter(part -> part.startsWith(prefix))
                .map(part -> part.substring(prefix.length()));
    }

    private static boolean isAmong(List<String> signatures, String right) {
        return signatures.stream()
                .anyMatch(each -> MessageDigest.isEqual(
                        each.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8)));
    }

    private static String hmac(String secret, String text) {
        try {
            return Webhook.Util.computeHmacSha256(secret, text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private static Optional<Notice> read(JsonObject event) {
        var id = text(event, "id");
        var type = text(event, "type").orElse("");
        var data = object(event, "data").flatMap(each -> object(each, "object"));
        if (id.isEmpty() || data.isEmpty()) {
            return Optional.empty();
        }
        var subject = subject(data.get());
        if (INTENT.contains(type)) {
            return subject.map(found -> new Notice(id.get(), subject, text(data.get(), "id"), fact(data.get())));
        }
        if (type.equals(PAGE_EXPIRED)) {
            return subject.map(
                    found -> new Notice(id.get(), subject, Optional.empty(), Optional.of(new Fact.Closed())));
        }
        var intent = text(data.get(), "payment_intent");
        return changesMoney(type) && (subject.isPresent() || intent.isPresent())
                ? Optional.of(new Notice(id.get(), subject, intent, Optional.empty()))
                : Optional.empty();
    }

    /** Returns whether Stripe must be asked: a refund or a dispute says little about the payment. */
    private static boolean changesMoney(String type) {
        return type.startsWith("charge.refund") || type.startsWith("refund.") || type.startsWith("charge.dispute.");
    }

    private static Optional<Fact> fact(JsonObject intent) {
        var id = text(intent, "id").orElseThrow(IllegalStateException::new);
        var currency = text(intent, "currency").map(StripeMoney::code).orElseThrow(IllegalStateException::new);
        return switch (text(intent, "status").orElse("")) {
            case "requires_capture" ->
                Optional.of(new Fact.Authorized(id, amount(intent, "amount_capturable", currency), currency));
            case "succeeded" ->
                Optional.of(
                        new Fact.Captured(id, amount(intent, "amount_received", currency), currency, List.of(), false));
            case "canceled" -> Optional.of(new Fact.Voided(id));
            default -> Optional.empty();
        };
    }

    private static long amount(JsonObject object, String name, String currency) {
        return StripeMoney.fromStripe(
                text(object, name).map(Long::parseLong).orElseThrow(IllegalStateException::new), currency);
    }

    /** Returns the payment that our metadata names; empty if somebody else's payment has other metadata, or none. */
    private static Optional<Notice.Subject> subject(JsonObject object) {
        var metadata = object(object, "metadata");
        var event = metadata.flatMap(each -> uuid(each, StripeProvider.EVENT));
        var payment = metadata.flatMap(each -> uuid(each, StripeProvider.PAYMENT));
        return event.isPresent() && payment.isPresent()
                ? Optional.of(new Notice.Subject(new EventId(event.get()), new PaymentId(payment.get())))
                : Optional.empty();
    }

    private static Optional<UUID> uuid(JsonObject object, String name) {
        try {
            return text(object, name).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<JsonObject> object(JsonObject object, String name) {
        return Optional.ofNullable(object.get(name))
                .filter(JsonElement::isJsonObject)
                .map(JsonElement::getAsJsonObject);
    }

    /** Returns a string or the text of a number. */
    private static Optional<String> text(JsonObject object, String name) {
        return Optional.ofNullable(object.get(name))
                .filter(JsonElement::isJsonPrimitive)
                .map(JsonElement::getAsString);
    }
}
