package seatlock.tickets;

import java.util.Optional;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Tariff;
import seatlock.text.Messages;

/** How tickets and mails of an event call its seats and its price types. */
public record Naming(Layout layout, Tariff tariff) {

    /** That of an event whose seats are all sold singly, at one price type. */
    public static final Naming PLAIN = new Naming(Layout.EMPTY, Tariff.STANDARD);

    Sold sold(Ticket.Seat seat) {
        return layout.sold(seat.section(), seat.row());
    }

    /** Returns a seat in one line: by its label; a place and a seat of a table in words, with its number. */
    public String seat(Ticket.Seat seat, Messages words) {
        return switch (sold(seat)) {
            case SINGLY -> seat.label();
            case WHOLE ->
                words.get("label.table", "section", seat.section(), "table", seat.row(), "number", seat.number());
            case AS_PLACES -> words.get("label.place", "section", seat.section(), "number", seat.number());
        };
    }

    /** Returns the name of a price type for people; empty if the event has no other, because then it says nothing. */
    public Optional<String> priceType(String id) {
        return tariff.types().size() == 1
                ? Optional.empty()
                : Optional.of(tariff.type(id).map(PriceType::name).orElse(id));
    }
}
