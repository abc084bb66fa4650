package seatlock.loadtest;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What the clients do. */
public enum Scenario {
    /** Every request asks for another seat. */
    ON_SALE("201", Set.of()),
    /** Each seat is asked for by several buyers at the same time. */
    RIVALS("201", Set.of("409 seats-taken")),
    /** All clients ask for one seat at the same instant. */
    STAMPEDE("201", Set.of("409 seats-taken")),
    /** All clients send the same request with the same Idempotency-Key, again and again. */
    RETRY_STORM("201", Set.of("409 idempotency-key-in-use")),
    /** All clients look at the whole seat map. */
    BROWSE("200", Set.of("304")),
    /** Reserve, then confirm: counted as flows. */
    PURCHASE("bought", Set.of("reserve 201")),
    /** What the server can do at most, to compare with. */
    NOTHING("200", Set.of());

    /** Nothing was done, and the client was told so, or never asked: allowed in any scenario, but no success. */
    private static final Set<String> TURNED_AWAY = Set.of("503 overloaded", "429 rate-limited", Report.NOT_SENT);

    private final String success;
    private final Set<String> refusals;

    Scenario(String success, Set<String> refusals) {
        this.success = success;
        this.refusals = refusals;
    }

    /** Whether an outcome is what the client had hoped for. */
    boolean isSuccess(String outcome) {
        var settled = settled(outcome);
        return settled.equals(success) || this == BROWSE && settled.equals("304");
    }

    /** Whether a correct server may answer so. What was asked again counts as what it turned out to be. */
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

    boolean sells() {
        return this != BROWSE && this != NOTHING;
    }

    /** As on the command line: {@code on-sale}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException if there is none of that name */
    static Scenario named(String text) {
        return Stream.of(values())
                .filter(scenario -> scenario.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is none of "
                        + String.join(
                                ", ",
                                Stream.of(values()).map(Scenario::toString).toList())));
    }
}
