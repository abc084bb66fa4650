package seatlock.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation;

/** The mail that tells a buyer that the event was cancelled. */
public final class CancellationMail {

    private CancellationMail() {}

    /**
     * Writes the mail for a reservation.
     *
     * @param reason of the cancellation, as the seller gave it; empty for none
     * @param isRefunded whether the reservation was cancelled with the event
     * @param job identifies the mail: a repeated job writes a mail with the same Message-ID
     * @param contact address that the buyer can write to
     */
    public static Mailer.Mail of(
            Event event,
            Reservation reservation,
            Optional<String> reason,
            boolean isRefunded,
            UUID job,
            String contact) {
        var paragraphs = new ArrayList<String>();
        reason.ifPresent(text -> paragraphs.add("Reason: " + text));
        paragraphs.add("Your tickets are no longer valid.");
        if (reservation.total() > 0) {
            paragraphs.add(
                    isRefunded
                            ? "The seller will refund your payment."
                            : "The seller will contact you about your payment.");
        }
        return new Letter("Cancelled: " + event.name(), "We are sorry: this event has been cancelled.", paragraphs)
                .to(event, reservation, job, contact, List.of());
    }
}
