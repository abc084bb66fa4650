package seatlock.inventory;

import java.util.List;

/** The response to a request for the best seats available. */
public sealed interface SeatChoice {

    /**
     * Seats for the whole party.
     *
     * @param seats their ids, ascending
     * @param together whether all of them are beside each other
     */
    record Chosen(List<Integer> seats, boolean together) implements SeatChoice {

        public Chosen {
            seats = List.copyOf(seats);
        }
    }

    /** There are fewer seats than the party needs. @param available how many of the party could have a seat */
    record SoldOut(int available) implements SeatChoice {}

    /**
     * There are enough seats, but not beside each other as the request requires.
     *
     * @param largest size of the largest smaller party, with as many accessible seats, that could sit together; 0 if there is none
     */
    record NotTogether(int largest) implements SeatChoice {}
}
