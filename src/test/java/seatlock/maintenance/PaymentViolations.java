package seatlock.maintenance;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import seatlock.db.PaymentConstraints;

/** SQL that violates the invariants about payments, for {@link InvariantTest}. */
final class PaymentViolations {

    private PaymentViolations() {}

    static Stream<Arguments> all() {
        return Stream.of(
                arguments(
                        PaymentConstraints.captured("'p'", "'other'"),
                        Invariant.A_RESERVATION_THAT_A_PAYMENT_CONFIRMS_HAS_ITS_MONEY),
                arguments(
                        "UPDATE reservations SET awaits_capture = true WHERE event_id = :event AND reservation_id = :sold",
                        Invariant.A_RESERVATION_WITHOUT_TICKETS_WAITS_FOR_ITS_PAYMENT),
                arguments(
                        PaymentConstraints.captured("'CONFIRMS'", "'LATE'").replace("4500, 0", "4500, 4500"),
                        Invariant.MONEY_THAT_CONFIRMS_NOTHING_IS_ON_ITS_WAY_BACK),
                arguments(
                        PaymentConstraints.captured("'p'", "'p'") + "; "
                                + PaymentConstraints.captured(":event, :event", ":event, gen_random_uuid()")
                                        .replace("'CONFIRMS'", "'DUPLICATE'")
                                        .replace("'p'", "'q'")
                                        .replace("4500, 0", "4500, 4500"),
                        Invariant.A_RESERVATION_HAS_ONE_PAYMENT_AT_MOST_THAT_WAS_NOT_GIVEN_BACK),
                arguments(
                        PaymentConstraints.captured("4500, 0", "4500, 100"),
                        Invariant.A_PAYMENT_IS_GIVEN_BACK_BY_ITS_REFUNDS));
    }
}
