package seatlock.loadtest;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is to be tried, and how hard.
 *
 * @param urls of the nodes of one Seatlock, without a path: requests go to them in turn
 * @param key the administrator's: events are made with it, and every request carries it
 * @param clients how many there are; each has a connection, and one request at a time
 * @param duration of what is counted
 * @param warmup before that: checked, but not counted
 * @param rate requests due per second, whatever becomes of them; 0: each client asks again as soon as it is answered
 * @param requests the run ends after so many, even if time is left; 0: only time ends it
 * @param seats capacity of each event that is made
 * @param events how many are made, to be sold one after the other; 0: as many as are likely to be needed
 * @param rivals buyers who want each seat ({@link Scenario#RIVALS})
 * @param conditional whether clients tell which seat map they have ({@link Scenario#BROWSE})
 * @param recheck how many acknowledged reservations are read afterwards; {@link #RECHECK_ALL}, or so many
 */
public record Plan(
        Scenario scenario,
        List<URI> urls,
        String key,
        int clients,
        Duration duration,
        Duration warmup,
        double rate,
        long requests,
        int seats,
        int events,
        int rivals,
        boolean conditional,
        int recheck) {

    static final int RECHECK_ALL = -1;
    static final int MAX_CLIENTS = 10_000;
    static final int MAX_SEATS = 1_000_000;
    static final int MAX_EVENTS = 1_000;
    private static final double MAX_RATE = 1_000_000;

    /** A reservation of the test holds its seats for a day, and must not lapse before the test is over. */
    static final Duration MAX_DURATION = Duration.ofHours(12);

    /** What a server on a small machine may do in a second: events for as much are made, where no rate is given. */
    private static final int LIKELY_RATE = 4_000;

    /** More are made only if asked for: to make them takes time, too. */
    private static final int MAX_EVENTS_UNASKED = 50;

    /** @throws IllegalArgumentException if it makes no sense; the message names everything that does not */
    public Plan {
        var mistakes = new ArrayList<String>();
        urls = List.copyOf(urls);
        check(mistakes, !urls.isEmpty() && urls.stream().allMatch(Plan::isServer), "--url wants http://host:port");
        check(mistakes, key != null && key.matches("[!-~]+"), "--key wants visible ASCII characters");
        check(mistakes, clients >= 1 && clients <= MAX_CLIENTS, "--clients wants 1 to " + MAX_CLIENTS);
        check(mistakes, isBetween(duration, 1), "--duration wants more than 0 s, and at most " + MAX_DURATION);
        check(mistakes, isBetween(warmup, 0), "--warmup wants 0 s to " + MAX_DURATION);
        check(mistakes, rate >= 0 && rate <= MAX_RATE, "--rate wants more than 0, and at most 1,000,000");
        check(mistakes, requests >= 0, "--requests wants 1 or more");
        check(mistakes, seats >= 1 && seats <= MAX_SEATS, "--seats wants 1 to " + MAX_SEATS);
        check(mistakes, events >= 0 && events <= MAX_EVENTS, "--events wants 1 to " + MAX_EVENTS);
        check(mistakes, rivals >= 2 && rivals <= MAX_CLIENTS, "--rivals wants 2 to " + MAX_CLIENTS);
        check(
                mistakes,
                scenario != Scenario.RIVALS || rivals <= clients,
                "--rivals wants no more than there are --clients");
        check(mistakes, scenario == Scenario.BROWSE || !conditional, "--conditional is for browse only");
        check(mistakes, scenario != Scenario.STAMPEDE || rate == 0, "--rate is not for stampede: all ask at once");
        check(mistakes, recheck >= RECHECK_ALL, "--recheck wants 0 or more");
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", mistakes));
        }
    }

    private static void check(ArrayList<String> mistakes, boolean condition, String mistake) {
        if (!condition) {
            mistakes.add(mistake);
        }
    }

    private static boolean isServer(URI url) {
        return "http".equals(url.getScheme())
                && url.getHost() != null
                && (url.getRawPath() == null || url.getRawPath().matches("/?"))
                && url.getRawQuery() == null;
    }

    private static boolean isBetween(Duration duration, long minNanos) {
        return duration.compareTo(Duration.ofNanos(minNanos)) >= 0 && duration.compareTo(MAX_DURATION) <= 0;
    }

    /** With 64 clients, for 10 s after a warm-up of 3 s, as fast as the server answers; all of it can be changed. */
    public static Plan of(Scenario scenario, URI url, String key) {
        return new Plan(
                scenario,
                List.of(url),
                key,
                64,
                Duration.ofSeconds(10),
                Duration.ofSeconds(3),
                0,
                0,
                10_000,
                0,
                3,
                false,
                RECHECK_ALL);
    }

    /** The same with other clients, and for so long. */
    public Plan with(int newClients, Duration newDuration, Duration newWarmup) {
        return new Plan(
                scenario,
                urls,
                key,
                newClients,
                newDuration,
                newWarmup,
                rate,
                requests,
                seats,
                events,
                rivals,
                conditional,
                recheck);
    }

    /** The same with requests due at a constant rate. */
    public Plan atRate(double perSecond) {
        return new Plan(
                scenario,
                urls,
                key,
                clients,
                duration,
                warmup,
                perSecond,
                requests,
                seats,
                events,
                rivals,
                conditional,
                recheck);
    }

    /** The same for so many requests, without a warm-up. */
    public Plan forRequests(int newClients, long newRequests) {
        return new Plan(
                scenario,
                urls,
                key,
                newClients,
                MAX_DURATION,
                Duration.ZERO,
                rate,
                newRequests,
                seats,
                events,
                rivals,
                conditional,
                recheck);
    }

    /** The same with so many events of so many seats. */
    public Plan selling(int newEvents, int newSeats) {
        return new Plan(
                scenario,
                urls,
                key,
                clients,
                duration,
                warmup,
                rate,
                requests,
                newSeats,
                newEvents,
                rivals,
                conditional,
                recheck);
    }

    /** How many events to make. */
    int eventsToMake() {
        return switch (scenario) {
            case NOTHING -> 0;
            case BROWSE, RETRY_STORM, STAMPEDE -> 1;
            case ON_SALE, RIVALS, PURCHASE -> events > 0 ? events : eventsLikelyNeeded();
        };
    }

    private int eventsLikelyNeeded() {
        var time = duration.plus(warmup).toMillis() / 1000.0;
        var asked = (rate > 0 ? rate : LIKELY_RATE) * time;
        if (requests > 0) {
            asked = Math.min(asked, requests + warmup.toMillis() / 1000.0 * LIKELY_RATE);
        }
        var wanted = scenario == Scenario.RIVALS ? asked / rivals : asked;
        return (int) Math.max(1, Math.min(MAX_EVENTS_UNASKED, Math.ceil(wanted / seats)));
    }

    /** The same at several nodes. */
    public Plan at(List<URI> nodes) {
        return new Plan(
                scenario,
                nodes,
                key,
                clients,
                duration,
                warmup,
                rate,
                requests,
                seats,
                events,
                rivals,
                conditional,
                recheck);
    }

    /** As they are named to a person. */
    String servers() {
        return urls.stream().map(URI::toString).collect(Collectors.joining(" and "));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return scenario + " at " + servers() + ", " + clients + " clients"
                + (rate > 0 ? ", %,.0f requests due per second".formatted(rate) : ", each as fast as it is answered")
                + (requests > 0 ? ", %,d requests".formatted(requests) : ", " + duration.toMillis() / 1000.0 + " s")
                + " after " + warmup.toMillis() / 1000.0 + " s of warm-up";
    }
}
