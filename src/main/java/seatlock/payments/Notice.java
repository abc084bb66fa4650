package seatlock.payments;

import java.util.Optional;
import seatlock.catalog.EventId;

/**
 * A message that a provider has sent on its own initiative.
 *
 * @param id the provider's, the same if it tells the same again
 * @param subject the payment, from our metadata; empty if the notice has none, but only a reference
 * @param reference by which the provider knows the payment; empty if it has told none
 * @param fact what it says about the payment; empty if it only says that something has changed, so that the provider must be asked
 */
public record Notice(String id, Optional<Subject> subject, Optional<String> reference, Optional<Fact> fact) {

    public record Subject(EventId event, PaymentId payment) {}
}
