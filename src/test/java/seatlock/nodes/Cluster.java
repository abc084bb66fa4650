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
 * Several nodes of one Seatlock as an operator runs them, each a process of its own, behind a reverse proxy; with their
 * PostgreSQL (and its standby, if there is to be one), Redis and mail server. Any of them can be stopped, killed and started
 * again. Whatever happens to the test, closing it leaves nothing running.
 */
final class Cluster implements AutoCloseable {

    static final String ADMIN_KEY = "cluster-admin-key";

    private static final String SERVING_USER = "seatlock_serving";
    private static final String SERVING_PASSWORD = "serving";

    final Postgres postgres;
    /** Synchronous: what was committed is there, too. {@code null} if there is none. */
    final Postgres standby;

    final Redis redis;
    final Postbox postbox = new Postbox();
    final List<Node> serving;
    final List<Node> working;
    final Balancer balancer;

    private final Path directory;
    private final HomeDirectory home;
    private final Thread atExit = new Thread(this::leaveNothing);

    private Cluster(int servers, int workers, boolean withStandby, Map<String, String> settings) {
        try {
            directory = Files.createTempDirectory("seatlock-cluster-").toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        home = HomeDirectory.open(directory);
        Runtime.getRuntime().addShutdownHook(atExit);
        postgres = Postgres.create(directory, home);
        redis = Redis.create(directory, home).start();
        standby = withStandby ? postgres.standby(directory.resolve("standby")) : null;
        startPostgres();
        var migrations = new Migrations(postgres.owner());
        migrations.migrate();
        migrations.admit(new DatabaseUrl(postgres.owner().jdbc(), SERVING_USER, SERVING_PASSWORD));
        serving = nodes(Node.Role.SERVE, servers, settings);
        working = nodes(Node.Role.WORKER, workers, settings);
        balancer = new Balancer(serving.stream().map(Node::address).toList());
    }

    private void startPostgres() {
        if (standby == null) {
            postgres.start();
            return;
        }
        postgres.start("synchronous_standby_names=standby", "synchronous_commit=local"); // for as long as it is alone
        standby.start();
        Wait.until(
                "the standby follows",
                () -> count("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1);
        execute("ALTER DATABASE seatlock SET synchronous_commit = on");
    }

    private List<Node> nodes(Node.Role role, int count, Map<String, String> settings) {
        var nodes = new ArrayList<Node>();
        for (int number = 1; number <= count; number++) {
            var own = new HashMap<>(settings);
            own.put("DATABASE_URL", databaseUrl(role.command() + "-" + number));
            own.put("REDIS_URL", redis.url());
            own.put("SMTP_URL", postbox.url());
            own.put("SEATLOCK_ADMIN_KEY", ADMIN_KEY);
            own.putIfAbsent("LIMITS", "off");
            own.putIfAbsent("DRAIN_DELAY", "PT2S");
            nodes.add(new Node(role, number, directory.resolve("nodes"), own));
        }
        return List.copyOf(nodes);
    }

    /** @param name by which the connections of a node are known to PostgreSQL */
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

    /** Starts one with all its nodes, and waits until they are ready. */
    static Cluster start(int servers, int workers, String... settings) {
        return new Cluster(servers, workers, false, map(settings)).startNodes();
    }

    /** The same, with a standby of its PostgreSQL. */
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
            Wait.until("the proxy reaches all", () -> balancer.reaches(serving.size()));
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

    /** Waits until a node that was started serves, and is given work. */
    void awaitServing(Node node) {
        node.awaitReady();
        if (node.role == Node.Role.SERVE) {
            Wait.until("the proxy reaches " + node.name, () -> balancer.reaches(node.address()));
        }
    }

    /** Where the database is now. */
    Postgres primary() {
        return standby != null && promoted ? standby : postgres;
    }

    private volatile boolean promoted;

    /** The standby takes over. */
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

    /** All rows that the primary has. */
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

    /** Runs {@code seatlock verify}, which has to find nothing. */
    void verify() {
        var url = primary().owner();
        var settings = Map.of("DATABASE_URL", url.jdbc() + "?user=" + url.user() + "&password=" + url.password());
        try (var verify = Jvm.start(directory.resolve("nodes"), settings, "verify")) {
            assertThat(verify.exitStatus()).as(verify.output()).isZero();
            verify.awaitOutput("All is well.");
        }
    }

    private void stopAll() {
        if (serving != null && working != null) {
            nodes().forEach(Node::close);
        }
        Stream.of(balancer, standby, postgres, redis, postbox).forEach(part -> {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                System.out.println("Did not stop: " + e);
            }
        });
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        leaveNothing();
    }

    private void leaveNothing() {
        stopAll();
        home.close();
        Servers.delete(directory);
    }
}
