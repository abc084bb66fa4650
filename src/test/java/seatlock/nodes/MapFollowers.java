package seatlock.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import seatlock.support.Api;
import seatlock.support.SeatStream;
import seatlock.support.Wait;

/** Clients that follow the seat maps of all events and, like a browser, come back to another node when their stream ends. */
final class MapFollowers implements AutoCloseable {

    private static final Duration BEFORE_RETRY = Duration.ofMillis(200);

    private final Cluster cluster;
    private final List<Follower> followers;
    private final AtomicLong streams = new AtomicLong();
    private final AtomicLong snapshots = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private volatile boolean stopping;

    private final class Follower extends Thread {
        private final String event;
        private int node;
        private String lastId;
        private volatile String statuses = "";
        private volatile SeatStream stream;

        Follower(int number, String event) {
            super("map-follower-" + number);
            this.event = event;
            this.node = number;
        }

        @Override
        public void run() {
            while (!stopping) {
                try {
                    follow();
                } catch (IOException e) {
                    // the node is down, or was killed
                }
                node++;
                LockSupport.parkNanos(BEFORE_RETRY.toNanos());
            }
        }

        private void follow() throws IOException {
            var address = cluster.serving.get(node % cluster.serving.size()).address();
            var known = lastId == null ? new String[0] : new String[] {"Last-Event-ID: " + lastId};
            try (var opened = new SeatStream(address, event, known)) {
                stream = opened;
                if (!opened.head.isEmpty() && opened.head.get(0).endsWith(" 200 OK")) {
                    streams.incrementAndGet();
                    for (var told = opened.next(); told != null && !stopping; told = opened.next()) {
                        understand(told);
                    }
                }
            }
        }

        private void understand(SeatStream.Told told) {
            statuses = told.statuses(statuses);
            if (told.id() != null) {
                lastId = told.id();
                (told.name().equals("snapshot") ? snapshots : changes).incrementAndGet();
            }
        }
    }

    /** Starts a number of clients for each event. */
    MapFollowers(Cluster cluster, List<String> events, int each) {
        this.cluster = cluster;
        followers = IntStream.range(0, events.size() * each)
                .mapToObj(number -> new Follower(number, events.get(number % events.size())))
                .toList();
        followers.forEach(Thread::start);
    }

    /** Expects that each client knows every seat as the server shows it, once nothing changes any more. */
    void check() {
        for (var follower : followers) {
            var api = new Api(cluster.serving.get(0).address().toString(), Cluster.ADMIN_KEY);
            Wait.until(
                    follower.getName() + " knows the map of the server",
                    () -> follower.statuses.equals(statuses(api, follower.event)));
        }
        System.out.printf(
                "  %d clients followed the maps: %,d streams, %,d snapshots, %,d differences; all maps are the server's%n",
                followers.size(), streams.get(), snapshots.get(), changes.get());
        assertThat(changes.get()).isPositive();
    }

    private static String statuses(Api api, String event) {
        var letters = new StringBuilder();
        var map = api.get("/api/events/" + event + "/seats?limit=25000").json();
        StreamSupport.stream(map.get("seats").spliterator(), false)
                .map(seat -> seat.get("status").asText().charAt(0))
                .forEach(letters::append);
        return letters.toString();
    }

    @Override
    public void close() {
        stopping = true;
        for (var follower : followers) {
            var stream = follower.stream;
            if (stream != null) {
                stream.close();
            }
        }
    }
}
