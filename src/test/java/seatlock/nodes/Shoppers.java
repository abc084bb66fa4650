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

/** A number of clients who buy through the proxy, all the time, until they are stopped. */
final class Shoppers implements AutoCloseable {

    /** Several events: their batches are settled at the same time. */
    private static final int EVENTS = 4;

    /** Between two flows of a client. It leaves the machine some room: what is tried here is not speed. */
    private static final Duration MAX_REST = Duration.ofMillis(120);

    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(120);

    final Tally tally = new Tally();
    final List<String> events;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads;
    private final List<Shopper> shoppers;
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopping;

    /**
     * @param count how many there are
     * @param seats of each event
     * @param seed of what they do
     */
    Shoppers(Cluster cluster, int count, int seats, long seed) {
        var api = new Api(cluster.balancer.url(), Cluster.ADMIN_KEY);
        events = IntStream.range(0, EVENTS).mapToObj(i -> event(api, seats)).toList();
        shoppers = IntStream.range(0, count)
                .mapToObj(number -> new Shopper(
                        events, seats, new Asker(http, cluster.balancer.url(), tally), tally, seed * 1000 + number))
                .toList();
        threads = Executors.newFixedThreadPool(count);
        shoppers.forEach(shopper -> running.add(threads.submit(() -> shop(shopper))));
    }

    private static String event(Api api, int seats) {
        var created = api.createEvent("{\"name\":\"N\",\"venue\":\"V\",\"startsAt\":\"2099-01-01T20:00:00Z\","
                + "\"timeZone\":\"Europe/Rome\",\"currency\":\"EUR\",\"sections\":[{\"name\":\"S\",\"price\":4500,"
                + "\"rows\":[{\"name\":\"A\",\"seats\":" + seats + "}]}]}");
        return created.json().get("id").asText();
    }

    private void shop(Shopper shopper) {
        while (!stopping) {
            shopper.goShopping();
            LockSupport.parkNanos(RandomGenerator.getDefault().nextLong(MAX_REST.toNanos()));
        }
    }

    /** Lets each of them take to its end what he is about. @return what they were told, all of it */
    List<Purchase> stop() {
        stopping = true;
        var deadline = System.nanoTime() + STOPPED_WITHIN.toNanos();
        for (var each : running) {
            try {
                each.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                tally.wrong("A client was not done within " + STOPPED_WITHIN);
            } catch (Exception e) {
                tally.wrong("A client stopped: " + e);
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
