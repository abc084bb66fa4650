package seatlock.payments;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Identifies a payment within its event. The provider gets it with every call, and hands it back with every notice. */
public record PaymentId(UUID value) {

    /** Returns the id of a payment that only the provider knew until now; the same each time. */
    static PaymentId ofUnknown(String reference) {
        return new PaymentId(UUID.nameUUIDFromBytes(reference.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
