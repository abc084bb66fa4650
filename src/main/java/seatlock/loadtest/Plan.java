package seatlock.loadtest;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The settings of a load test. In messages they are named by their options on the command line.
 *
 * @param urls base URLs of the nodes under test, without a path; requests are sent to them in turn
 * @param key admin key, used to create the events and sent with every request
 * @param clients number of clients, each with one connection and one request at a time
 * @param duration of the part that is counted
 * @param warmup duration of the part before it, whose responses are checked but not counted
 * @param rate requests due per second; 0 if each client sends its next request as soon as it gets a response
 * @param requests number of counted requests after which the test ends early; 0 for no such limit
 * @param seats capacity of each event
 * @param events number of events, sold one after another; 0 for as many as will probably be needed
 * @param rivals number of buyers per seat in {@link Scenario#RIVALS}
 * @param conditional whether clients send {@code If-None-Match} in {@link Scenario#BROWSE}
 * @param recheck how many acknowledged reservations to read afterwards, or {@link #RECHECK_ALL}
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

    /** Value of {@link #recheck} for reading every acknowledged reservation afterwards. */
    public static final int RECHECK_ALL = -1;

    static final int MAX_CLIENTS = 10_000;
    static final int MAX_SEATS = 1_000_000;
    static final int MAX_EVENTS = 1_000;
    private static final double MAX_RATE = 1_000_000;

    /** Longest duration of the test and of its warm-up. Reservations last 24 hours and must not expire during the test. */
    public static final Duration MAX_DURATION = Duration.ofHours(12);

    /** Estimate of the requests per second that a small machine serves; decides how many events are created. */
    private static final int LIKELY_RATE = 4_000;

    /** Limit on the number of events chosen automatically, since creating events takes time. */
    private static final int MAX_AUTOMATIC_EVENTS = 50;

    /** @throws IllegalArgumentException if settings are invalid; the message names all of them */
    public Plan {
        var mistakes = new ArrayList<String>();
        urls = List.copyOf(urls);
        check(mistakes, !urls.isEmpty() && urls.stream().allMatch(Plan::isServer), "--url must be http://host:port");
        check(mistakes, key != null && key.matches("[!-~]+"), "--key must consist of visible ASCII characters");
        check(mistakes, clients >= 1 && clients <= MAX_CLIENTS, "--clients must be 1 to " + MAX_CLIENTS);
        check(mistakes, isBetween(duration, 1), "--duration must be more than 0 s and at most " + MAX_DURATION);
        check(mistakes, isBetween(warmup, 0), "--warmup must be 0 s to " + MAX_DURATION);
        check(mistakes, rate >= 0 && rate <= MAX_RATE, "--rate must be more than 0 and at most 1,000,000");
        check(mistakes, requests >= 0, "--requests must be 1 or more");
        check(mistakes, seats >= 1 && seats <= MAX_SEATS, "--seats must be 1 to " + MAX_SEATS);
        check(mistakes, events >= 0 && events <= MAX_EVENTS, "--events must be 1 to " + MAX_EVENTS);
        check(mistakes, rivals >= 2 && rivals <= MAX_CLIENTS, "--rivals must be 2 to " + MAX_CLIENTS);
        check(
                mistakes,
                scenario != Scenario.RIVALS || rivals <= clients,
                "--rivals must not be greater than --clients");
        check(mistakes, scenario == Scenario.BROWSE || !conditional, "--conditional requires the scenario browse");
        check(mistakes, scenario != Scenario.STAMPEDE || rate == 0, "--rate cannot be used with stampede");
        check(mistakes, recheck >= RECHECK_ALL, "--recheck must be 0 or more");
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

    /** Creates a plan with defaults: 64 clients in a closed loop, 10 s after a warm-up of 3 s, 10,000 seats per event. */
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

    /** Returns a copy with another number of clients and other durations. */
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

    /** Returns a copy with requests due at a constant rate. */
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

    /** Returns a copy that ends after a number of requests instead of a time, without a warm-up. */
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

    /** Returns a copy with a number of events and a number of seats for each. */
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

    /** Returns a copy that reads this many acknowledged reservations afterwards. */
    public Plan rechecking(int reservations) {
        return new Plan(
                scenario,
                urls,
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
                reservations);
    }

    /** Returns how many events to create. */
    int eventsToMake() {
        return switch (scenario) {
            case NOTHING -> 0;
            case BROWSE, RETRY_STORM, STAMPEDE -> 1;
            case ON_SALE, PLACES, BEST, RIVALS, PURCHASE, CHECKOUT -> events > 0 ? events : eventsLikelyNeeded();
        };
    }

    private int eventsLikelyNeeded() {
        var time = duration.plus(warmup).toMillis() / 1000.0;
        var likelyRequests = (rate > 0 ? rate : LIKELY_RATE) * time;
        if (requests > 0) {
            likelyRequests = Math.min(likelyRequests, requests + warmup.toMillis() / 1000.0 * LIKELY_RATE);
        }
        var likelySeats = scenario == Scenario.RIVALS ? likelyRequests / rivals : likelyRequests;
        return (int) Math.max(1, Math.min(MAX_AUTOMATIC_EVENTS, Math.ceil(likelySeats / seats)));
    }

    /** Returns a copy for other nodes. */
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

    /** Lists the nodes, for messages. */
    String servers() {
        return urls.stream().map(URI::toString).collect(Collectors.joining(" and "));
    }

    /** Describes the plan without the key. */
    @Override
    public String toString() {
        return scenario + " at " + servers() + ", " + clients + " clients"
                + (rate > 0
                        ? String.format(Locale.ROOT, ", %,.0f requests due per second", rate)
                        : ", each as fast as possible")
                + (requests > 0
                        ? String.format(Locale.ROOT, ", %,d requests", requests)
                        : ", " + duration.toMillis() / 1000.0 + " s")
                + " after " + warmup.toMillis() / 1000.0 + " s of warm-up";
    }
}
