package seatlock.nodes;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import seatlock.support.Api;

/** A number of simulated buyers that send requests through the proxy until they are stopped. */
final class Shoppers implements AutoCloseable {

    /** More than one, so that batches of different events run at the same time. */
    private static final int EVENTS = 4;

    /** Longest pause between two flows of a buyer. Speed is not tested here, so the machine gets some idle time. */
    private static final Duration MAX_REST = Duration.ofMillis(120);

    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(120);

    final ClientStatistics statistics = new ClientStatistics();
    final List<String> events;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads;
    private final List<Shopper> shoppers;
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopping;

    /**
     * Creates the events and starts the buyers.
     *
     * @param count number of buyers
     * @param seats capacity of each event
     * @param seed of the buyers' random choices
     */
    Shoppers(Cluster cluster, int count, int seats, long seed) {
        var api = new Api(cluster.balancer.url(), Cluster.ADMIN_KEY);
        events = IntStream.range(0, EVENTS).mapToObj(i -> event(api, seats)).toList();
        shoppers = IntStream.range(0, count)
                .mapToObj(number -> new Shopper(
                        events,
                        seats,
                        new RetryingClient(http, cluster.balancer.url(), statistics),
                        statistics,
                        seed * 1000 + number))
                .toList();
        threads = Executors.newFixedThreadPool(count);
        shoppers.forEach(shopper -> running.add(threads.submit(() -> system(shopper))));
    }

    private static String event(Api api, int seats) {
        var created = api.createEvent("{\"name\":\"N\",\"venue\":\"V\",\"startsAt\":\"2099-01-01T20:00:00Z\","
                + "\"timeZone\":\"Europe/Rome\",\"currency\":\"EUR\",\"sections\":[{\"name\":\"S\",\"price\":4500,"
                + "\"rows\":[{\"name\":\"A\",\"seats\":" + seats + "}]}]}");
        return created.json().get("id").asText();
    }

    private void system(Shopper shopper) {
        while (!stopping) {
            shopper.goShopping();
            LockSupport.parkNanos(RandomGenerator.getDefault().nextLong(MAX_REST.toNanos()));
        }
    }

    /**
     * Lets every buyer finish its current flow.
     *
     * @return all reservations that were acknowledged
     */
    List<AcknowledgedReservation> stop() {
        stopping = true;
        var deadline = System.nanoTime() + STOPPED_WITHIN.toNanos();
        for (var each : running) {
            try {
                each.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                statistics.addError("A client was not done within " + STOPPED_WITHIN);
            } catch (Exception e) {
                statistics.addError("A client failed: " + e);
            }
        }
        return shoppers.stream().flatMap(shopper -> shopper.ledger.stream()).toList();
    }

    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
    }
}
