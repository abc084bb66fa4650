package seatlock.inventory;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A change of a reservation's address, language and names. Everything else stays as it is.
 *
 * @param email empty to keep it
 * @param name empty to keep it; an empty one to remove it
 * @param language empty to keep it; an empty one to remove it
 * @param holders names by the label of the seat; an empty one to remove the name
 */
public record Correction(
        Optional<String> email,
        Optional<Optional<String>> name,
        Optional<Optional<String>> language,
        Map<String, Optional<String>> holders) {

    public Correction {
        holders = Map.copyOf(holders);
    }

    /** Changes nothing but the address. */
    public static Correction ofEmail(String email) {
        return new Correction(Optional.of(email), Optional.empty(), Optional.empty(), Map.of());
    }

    /** Returns the labels that no seat of a reservation has, sorted. */
    public List<String> unknownSeats(Reservation reservation) {
        return holders.keySet().stream()
                .filter(label -> reservation.seats().stream()
                        .noneMatch(seat -> seat.label().equals(label)))
                .sorted()
                .toList();
    }

    /** Returns a reservation with its next version after this; the reservation itself if nothing changes. */
    public Reservation applyTo(Reservation reservation) {
        var before = reservation.buyer();
        var buyer = new Reservation.Buyer(
                email.orElse(before.email()),
                name.orElse(before.name()),
                language.orElse(before.language()),
                before.customer(),
                before.tokenHash());
        var seats = reservation.seats().stream()
                .map(seat -> new Reservation.ReservedSeat(
                        seat.seatId(),
                        seat.label(),
                        seat.section(),
                        seat.priceType(),
                        seat.price(),
                        seat.discount(),
                        holders.getOrDefault(seat.label(), seat.holder())))
                .toList();
        var isSame = buyer.equals(before) && seats.equals(reservation.seats());
        return isSame ? reservation : reservation.with(buyer, seats);
    }
}
