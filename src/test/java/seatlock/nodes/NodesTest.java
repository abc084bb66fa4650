package seatlock.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Wait;

/** Runs three serving nodes and three workers while they and their databases fail: {@code make nodes-test}. */
@Tag("nodes")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NodesTest {

    private static final int SHOPPERS = 8;
    private static final int SEATS = 2_000;
    private static final int KILLS = 8;

    /** Upper bound of the recovery time that the documentation promises. */
    private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(5);

    private static Cluster cluster() {
        return Cluster.start(3, 3, "RESERVATION_TTL", "PT5S");
    }

    private static Shoppers shoppers(Cluster cluster) {
        var shoppers = new Shoppers(cluster, SHOPPERS, SEATS, 1);
        shoppers.statistics.awaitOrders(100);
        return shoppers;
    }

    @Test
    void a_rolling_restart_fails_no_request() {
        try (var cluster = cluster();
                var shoppers = shoppers(cluster)) {
            for (var node : cluster.nodes()) {
                assertThat(node.terminate()).as(node.output()).isZero();
                cluster.awaitServing(node.start());
                shoppers.statistics.awaitOrders(50);
            }
            Audit.check("rolling restart", cluster, shoppers);
            assertThat(shoppers.statistics.failed())
                    .as(shoppers.statistics.details())
                    .isZero();
        }
    }

    @Test
    void kill_9_of_any_node_loses_no_acknowledged_reservation() {
        var random = new Random(1);
        try (var cluster = cluster();
                var shoppers = shoppers(cluster)) {
            for (int kill = 0; kill < KILLS; kill++) {
                var node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
                shoppers.statistics.awaitOrders(random.nextInt(60));
                node.kill();
                cluster.awaitServing(node.start());
            }
            Audit.check("kill -9 of " + KILLS + " nodes", cluster, shoppers);
        }
    }

    @Test
    void nodes_survive_a_stop_and_a_kill_of_postgresql() {
        try (var cluster = cluster();
                var shoppers = shoppers(cluster)) {
            for (int time = 0; time < 4; time++) {
                if (time % 2 == 0) {
                    cluster.postgres.stop();
                } else {
                    cluster.postgres.kill();
                }
                shoppers.statistics.awaitFailures(20);
                cluster.postgres.start();
                awaitRecovery(cluster, shoppers, time % 2 == 0 ? "fast stop" : "kill -9");
                shoppers.statistics.awaitOrders(100);
            }
            assertThat(cluster.nodes()).allMatch(Node::isAlive);
            Audit.check("PostgreSQL restarted 4 times", cluster, shoppers);
        }
    }

    /** Measures from the moment the database accepts connections again. */
    private static void awaitRecovery(Cluster cluster, Shoppers shoppers, String after) {
        var back = System.nanoTime();
        shoppers.statistics.awaitOrders(1);
        var sold = Duration.ofNanos(System.nanoTime() - back);
        Wait.until("all nodes are ready", () -> cluster.balancer.reaches(cluster.serving.size()));
        var ready = Duration.ofNanos(System.nanoTime() - back);
        System.out.printf(
                "  after the %s: first sale after %,d ms, all nodes ready after %,d ms%n",
                after, sold.toMillis(), ready.toMillis());
        assertThat(sold).isLessThan(RECOVERED_WITHIN);
        assertThat(ready).isLessThan(RECOVERED_WITHIN);
    }

    @Test
    void a_failover_to_a_synchronous_standby_loses_no_acknowledged_reservation() {
        try (var cluster = Cluster.startWithStandby(3, 3, "RESERVATION_TTL", "PT5S");
                var shoppers = shoppers(cluster)) {
            shoppers.statistics.awaitOrders(500);
            cluster.postgres.kill();
            cluster.promote();
            awaitRecovery(cluster, shoppers, "promotion");
            shoppers.statistics.awaitOrders(500);
            assertThat(cluster.nodes()).allMatch(Node::isAlive);
            Audit.check("failover", cluster, shoppers);
        }
    }

    /** PostgreSQL has then committed locally and waits for the standby, for as long as that takes. */
    @Test
    void nothing_is_acknowledged_before_the_standby_has_it() {
        try (var cluster = Cluster.startWithStandby(1, 0)) {
            var api = new Api(cluster.serving.get(0).address().toString(), Cluster.ADMIN_KEY);
            var event = event(api, 10);
            assertThat(api.reserve(event, "first", new String[] {"S-A-1"}).status())
                    .isEqualTo(201);

            cluster.standby.kill();
            var seats = new String[] {"S-A-2"};
            assertThat(api.reserve(event, "second", seats).outcome()).isEqualTo("503 outcome-unknown");
            assertThat(api.reserve(event, "second", seats).status()).isEqualTo(503);

            cluster.standby.start();
            Wait.until(
                    "the request is settled",
                    () -> api.reserve(event, "second", seats).status() == 201);
            var settled = api.reserve(event, "second", seats);

            cluster.postgres.kill();
            cluster.promote();
            Wait.until(
                    "the new primary sells",
                    () -> api.reserve(event, "second", seats).status() == 201);
            assertThat(api.reserve(event, "second", seats).text()).isEqualTo(settled.text());
            cluster.verify();
        }
    }

    @Test
    void three_sweepers_expire_each_reservation_once() throws Exception {
        try (var cluster = Cluster.start(3, 0, "SWEEP_INTERVAL", "PT0.1S")) {
            var events =
                    Concurrently.run(6, number -> reserveAll(new Api(cluster.balancer.url(), Cluster.ADMIN_KEY), 500));
            var reservations = cluster.count("SELECT count(*) FROM reservations WHERE status = 'PENDING'");
            assertThat(events).hasSize(6);
            assertThat(reservations).isEqualTo(6 * 500);

            cluster.execute("""
                    UPDATE reservations
                       SET created_at = created_at - interval '1 hour', expires_at = clock_timestamp();
                    UPDATE seats SET held_until = r.expires_at
                      FROM reservations AS r
                     WHERE r.event_id = seats.event_id AND r.reservation_id = seats.reservation_id
                    """);
            Wait.until(
                    "all reservations have expired",
                    () -> cluster.count("SELECT count(*) FROM reservations WHERE status = 'EXPIRED'") == reservations);
            Wait.until("all expirations are counted", () -> expired(cluster) >= reservations);
            var byNode = cluster.serving.stream().map(NodesTest::expired).toList();
            System.out.printf("%,d reservations to expire; the three sweepers expired %s%n", reservations, byNode);
            assertThat(expired(cluster)).isEqualTo(reservations);
            cluster.verify();
        }
    }

    private static EventId reserveAll(Api api, int seats) {
        var event = event(api, seats);
        for (int seat = 1; seat <= seats; seat++) {
            assertThat(api.reserve(event, "S-A-" + seat).status()).isEqualTo(201);
        }
        return event;
    }

    private static EventId event(Api api, int seats) {
        var created = api.createEvent("{\"name\":\"N\",\"venue\":\"V\",\"startsAt\":\"2099-01-01T20:00:00Z\","
                + "\"timeZone\":\"Europe/Rome\",\"currency\":\"EUR\",\"sections\":[{\"name\":\"S\",\"price\":1,"
                + "\"rows\":[{\"name\":\"A\",\"seats\":" + seats + "}]}]}");
        return new EventId(UUID.fromString(created.json().get("id").asText()));
    }

    private static long expired(Cluster cluster) {
        return cluster.serving.stream().mapToLong(NodesTest::expired).sum();
    }

    private static long expired(Node node) {
        return (long) ResourceUsage.metric(node, "seatlock_expired_reservations_total");
    }
}
