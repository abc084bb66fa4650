package seatlock.loadtest;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** A scenario: the requests of a load test, and the outcomes that are correct. */
public enum Scenario {
    /** Every request reserves a different seat. */
    ON_SALE("201", Set.of()),
    /** Every request reserves a place, which nobody chooses; there are as many places as requests. */
    PLACES("201", Set.of()),
    /** Every request reserves the best seat available; there are as many seats as requests. */
    BEST("201", Set.of()),
    /** Several buyers request each seat at the same time. */
    RIVALS("201", Set.of("409 seats-taken")),
    /** All clients request one seat at the same instant. */
    STAMPEDE("201", Set.of("409 seats-taken")),
    /** All clients repeat the same request with the same Idempotency-Key. */
    RETRY_STORM("201", Set.of("409 idempotency-key-in-use")),
    /** All clients read the whole seat map. */
    BROWSE("200", Set.of("304")),
    /** Each client reserves, then confirms. Flows are counted, not requests. */
    PURCHASE("bought", Set.of("reserve 201")),
    /**
     * Each client reserves, opens the payment page, pays there, and reads the reservation until it is confirmed and the money was moved.
     * Flows are counted, not requests. The server must have the sandbox as its payment provider.
     */
    CHECKOUT("bought", Set.of("reserve 201", "checkout 201", "pay 204")),
    /** All clients request an endpoint that does no work: the upper bound for the other scenarios. */
    NOTHING("200", Set.of());

    /** The server refused to do anything, or got no request: allowed in any scenario, but not a success. */
    private static final Set<String> TURNED_AWAY = Set.of("503 overloaded", "429 rate-limited", Report.NOT_SENT);

    private final String success;
    private final Set<String> refusals;

    Scenario(String success, Set<String> refusals) {
        this.success = success;
        this.refusals = refusals;
    }

    /** Returns whether a client got what it asked for. */
    boolean isSuccess(String outcome) {
        var settled = settled(outcome);
        return settled.equals(success) || this == BROWSE && settled.equals("304");
    }

    /** Returns whether a correct server may cause an outcome. A retried request counts under its final outcome. */
    boolean allows(String outcome) {
        return isSuccess(outcome) || refusals.contains(settled(outcome)) || isTurnedAway(outcome);
    }

    static boolean isTurnedAway(String outcome) {
        return TURNED_AWAY.stream().anyMatch(outcome::endsWith);
    }

    private static String settled(String outcome) {
        var then = outcome.lastIndexOf(Report.THEN);
        return then < 0 ? outcome : outcome.substring(then + Report.THEN.length());
    }

    /** Returns whether the server chooses the seats. */
    boolean leavesChoice() {
        return this == PLACES || this == BEST;
    }

    /** Returns whether each client sends several requests, one after the other, whose last sells the seat. */
    boolean isFlow() {
        return this == PURCHASE || this == CHECKOUT;
    }

    boolean sells() {
        return this != BROWSE && this != NOTHING;
    }

    /** Returns the name on the command line, such as {@code on-sale}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds a scenario by its name on the command line.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Scenario named(String text) {
        return Stream.of(values())
                .filter(scenario -> scenario.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown scenario '" + text + "'; must be one of "
                        + String.join(
                                ", ",
                                Stream.of(values()).map(Scenario::toString).toList())));
    }
}
