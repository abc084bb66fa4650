package seatlock.payments;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A party that moves money. Calls block, for a bounded time, and may be repeated: the ids of the payment and of the refund make sure
 * that a repeated call has no further effect.
 */
public interface PaymentProvider {

    /** Returns its name, as it is stored and as it is a part of the path of its notices. */
    String name();

    /**
     * The goods that the buyer pays for.
     *
     * @param title of the event
     * @param lines whose amounts add up to that of the payment
     * @param language ISO 639-1 code
     * @param email of the buyer
     */
    record Purchase(String title, List<Line> lines, String language, String email) {

        /** @param amount in minor units */
        public record Line(String name, long amount) {}

        public Purchase {
            lines = List.copyOf(lines);
        }
    }

    /**
     * The page where the buyer pays.
     *
     * @param checkout by which the provider knows it
     */
    record Page(String checkout, String url) {}

    /** Opens the page where the buyer pays, until the payment expires. Repeated with the same arguments, it returns the same. */
    Page open(Payment payment, Purchase purchase) throws ProviderException;

    /** Asks for the state of a payment that was opened or paid, with all its refunds. */
    Fact lookUp(Payment payment) throws ProviderException;

    /** Moves the money of an authorised payment. @return its state then, which is {@link Fact.Voided} if that is too late */
    Fact capture(Payment payment) throws ProviderException;

    /**
     * Closes the page of an open payment, or releases the money of an authorised one.
     *
     * @return its state then: it may have been paid or captured just before
     */
    Fact release(Payment payment) throws ProviderException;

    /** Gives money of a captured payment back. @return its progress, which is {@code FAILED} if the provider refuses */
    Fact.Returned refund(Payment payment, Refund refund) throws ProviderException;

    /**
     * Verifies and reads a notice.
     *
     * @param body as it was received
     * @param header returns the value of a header field of the request; {@code null} if it has none
     * @return empty if it is about something else than a payment of ours
     */
    Optional<Notice> read(byte[] body, Function<String, String> header) throws InvalidNotice;
}
