package seatlock.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.embedded.HomeDirectory;
import seatlock.support.Jvm;
import seatlock.support.Servers;
import seatlock.support.Wait;

/**
 * Several nodes as an operator would run them, each in its own process, behind a reverse proxy, with their PostgreSQL (and
 * optionally a standby), Redis and mail server. Each of them can be stopped, killed and started again. Closing the cluster
 * stops everything, and so does the end of the JVM.
 */
final class Cluster implements AutoCloseable {

    static final String ADMIN_KEY = "cluster-admin-key-of-more-than-32-characters";

    private static final String SERVING_USER = "seatlock_serving";
    private static final String SERVING_PASSWORD = "serving";

    final Postgres postgres;
    /** A synchronous standby, which has every committed transaction; {@code null} if there is none. */
    final Postgres standby;

    final Redis redis;
    final RecordingMailServer mailServer = new RecordingMailServer();
    final List<Node> serving;
    final List<Node> working;
    final Balancer balancer;

    private final Path directory;
    private final HomeDirectory home;
    private final Thread shutdownHook = new Thread(this::stopAndDelete);

    private Cluster(int servers, int workers, boolean withStandby, Map<String, String> settings) {
        try {
            directory = Files.createTempDirectory("seatlock-cluster-").toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        home = HomeDirectory.open(directory);
        Runtime.getRuntime().addShutdownHook(shutdownHook);
        postgres = Postgres.create(directory, home);
        redis = Redis.create(directory, home).start();
        standby = withStandby ? postgres.standby(directory.resolve("standby")) : null;
        startPostgres();
        var migrations = new Migrations(postgres.owner());
        migrations.migrate();
        migrations.grantAccess(new DatabaseUrl(postgres.owner().jdbc(), SERVING_USER, SERVING_PASSWORD));
        serving = nodes(Node.Role.SERVE, servers, settings);
        working = nodes(Node.Role.WORKER, workers, settings);
        balancer = new Balancer(serving.stream().map(Node::address).toList());
    }

    private void startPostgres() {
        if (standby == null) {
            postgres.start();
            return;
        }
        postgres.start("synchronous_standby_names=standby", "synchronous_commit=local"); // until the standby is there
        standby.start();
        Wait.until(
                "the standby is synchronous",
                () -> count("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1);
        execute("ALTER DATABASE seatlock SET synchronous_commit = on");
    }

    private List<Node> nodes(Node.Role role, int count, Map<String, String> settings) {
        var nodes = new ArrayList<Node>();
        for (int number = 1; number <= count; number++) {
            var own = new HashMap<>(settings);
            own.put("DATABASE_URL", databaseUrl(role.command() + "-" + number));
            own.put("REDIS_URL", redis.url());
            own.put("SMTP_URL", mailServer.url());
            own.put("SEATLOCK_ADMIN_KEY", ADMIN_KEY);
            own.putIfAbsent("LIMITS", "off");
            own.putIfAbsent("DRAIN_DELAY", "PT2S");
            nodes.add(new Node(role, number, directory.resolve("nodes"), own));
        }
        return List.copyOf(nodes);
    }

    /** @param name application name of the node's connections in PostgreSQL */
    private String databaseUrl(String name) {
        var hosts = "127.0.0.1:" + postgres.port() + (standby == null ? "" : ",127.0.0.1:" + standby.port());
        return "jdbc:postgresql://%s/seatlock?user=%s&password=%s&ApplicationName=%s%s"
                .formatted(
                        hosts,
                        SERVING_USER,
                        SERVING_PASSWORD,
                        name,
                        standby == null ? "" : "&targetServerType=primary");
    }

    /**
     * Starts a cluster and waits until all its nodes are ready.
     *
     * @param settings names and values, alternating
     */
    static Cluster start(int servers, int workers, String... settings) {
        return new Cluster(servers, workers, false, map(settings)).startNodes();
    }

    /** Starts a cluster whose PostgreSQL has a synchronous standby. */
    static Cluster startWithStandby(int servers, int workers, String... settings) {
        return new Cluster(servers, workers, true, map(settings)).startNodes();
    }

    private static Map<String, String> map(String... settings) {
        var map = new HashMap<String, String>();
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return map;
    }

    private Cluster startNodes() {
        try {
            nodes().forEach(Node::start);
            nodes().forEach(Node::awaitReady);
            Wait.until("the proxy reaches all nodes", () -> balancer.reaches(serving.size()));
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    List<Node> nodes() {
        return Stream.concat(serving.stream(), working.stream()).toList();
    }

    Node node(String name) {
        return nodes().stream()
                .filter(node -> node.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until a started node is ready and, if it serves, gets requests from the proxy. */
    void awaitServing(Node node) {
        node.awaitReady();
        if (node.role == Node.Role.SERVE) {
            Wait.until("the proxy reaches " + node.name, () -> balancer.reaches(node.address()));
        }
    }

    /** Returns the current primary. */
    Postgres primary() {
        return standby != null && promoted ? standby : postgres;
    }

    private volatile boolean promoted;

    /** Promotes the standby to primary. */
    void promote() {
        standby.promote();
        promoted = true;
    }

    long count(String sql) {
        return query(sql, result -> result.getLong(1)).get(0);
    }

    /** Reads a row. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Queries the primary. */
    <T> List<T> query(String sql, Reader<T> reader) {
        try (var connection = primary().connect();
                var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            var rows = new ArrayList<T>();
            while (result.next()) {
                rows.add(reader.read(result));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String sql) {
        try (var connection = primary().connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs {@code seatlock verify} and expects no violations. */
    void verify() {
        var url = primary().owner();
        var settings = Map.of("DATABASE_URL", url.jdbc() + "?user=" + url.user() + "&password=" + url.password());
        try (var verify = Jvm.start(directory.resolve("nodes"), settings, "verify")) {
            assertThat(verify.exitStatus()).as(verify.output()).isZero();
            verify.awaitOutput("No violations.");
        }
    }

    private void stopAll() {
        if (serving != null && working != null) {
            nodes().forEach(Node::close);
        }
        Stream.of(balancer, standby, postgres, redis, mailServer).forEach(part -> {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                System.out.println("Failed to stop: " + e);
            }
        });
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(shutdownHook);
        stopAndDelete();
    }

    private void stopAndDelete() {
        stopAll();
        home.close();
        Servers.delete(directory);
    }
}
