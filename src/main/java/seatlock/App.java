package seatlock;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.embedded.Home;
import seatlock.embedded.PostgresServer;
import seatlock.embedded.RedisServer;
import seatlock.http.HttpServer;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.inventory.Inventory;
import seatlock.jobs.Sweeper;

/** Puts the parts together; nothing else does. Closing it stops them in the reverse order of their start. */
public final class App implements AutoCloseable {

    /** What a process is there for. */
    public enum Role {
        /** Everything in one process: what is not configured is started, and the schema is brought up to date. */
        ALL,
        /** The API and the sweeper, on a schema that is up to date. */
        SERVE
    }

    /** Connections of the sweeper, and one to spare. */
    private static final int BACKGROUND_CONNECTIONS = 2;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();
    private final Config config;
    private final Consumer<String> progress;
    private Home home;
    private HttpServer server;

    private App(Config config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
    }

    /**
     * Starts a role, and returns when it is ready to serve.
     *
     * @param progress is told what is going on, a line at a time
     * @throws RuntimeException if it cannot start; what had been started is stopped again
     */
    public static App start(Config config, Role role, Consumer<String> progress) {
        var app = new App(config, progress);
        try {
            app.start(role);
            return app;
        } catch (Throwable startFailure) {
            app.close();
            throw startFailure;
        }
    }

    private void start(Role role) {
        var url = startEmbedded(true);
        prepareSchema(url, role);
        var adminKey = config.adminKey().orElseGet(() -> home().adminKey());

        var database = add(Database.open(url, HttpServer.DATABASE_CONNECTIONS + BACKGROUND_CONNECTIONS));
        var catalog = new Catalog();
        var inventory = new Inventory(config.reservationTtl());
        var keys = new IdempotencyKeys();

        var sweeper = add(new Sweeper(database, catalog, inventory, keys));
        sweeper.start(config.sweepInterval());

        server = add(HttpServer.start(config.port(), adminKey, database, catalog, inventory, keys));
        addresses.put("URL", url());
        if (home != null) {
            addresses.put("SEATLOCK_ADMIN_KEY", adminKey);
            home.publish(addresses);
        }
        progress.accept("API         " + url() + "  (try it: " + url() + "/api/docs/)");
        if (config.adminKey().isEmpty()) {
            progress.accept(
                    "Admin key   " + adminKey + "  (kept in " + config.home().resolve("admin-key") + ")");
        }
    }

    /** Starts what has no address, the servers at the same time: each of them mostly waits. */
    private DatabaseUrl startEmbedded(boolean withRedis) {
        var redis = withRedis && config.redis().isEmpty()
                ? timed("Redis 7", () -> RedisServer.start(home(), line -> progress.accept("Redis 7     " + line)))
                : null;
        var postgres = config.database().isEmpty()
                ? timed(
                        "PostgreSQL",
                        () -> PostgresServer.start(home(), line -> progress.accept("PostgreSQL  " + line)))
                : null;
        if (redis != null) {
            addresses.put("REDIS_URL", add(redis.join()).url());
        }
        if (postgres == null) {
            return config.database().orElseThrow();
        }
        var url = add(postgres.join()).url();
        addresses.put("DATABASE_URL", url);
        return DatabaseUrl.parse(url);
    }

    private <T> CompletableFuture<T> timed(String name, Supplier<T> start) {
        home(); // taken here, once, and not on the two threads
        return CompletableFuture.supplyAsync(() -> {
            var began = System.nanoTime();
            var started = start.get();
            progress.accept("%-11s ready after %.1f s".formatted(name, (System.nanoTime() - began) / 1e9));
            return started;
        });
    }

    private void prepareSchema(DatabaseUrl url, Role role) {
        var migrations = new Migrations(url);
        if (role == Role.ALL) {
            var applied = migrations.migrate();
            progress.accept("Schema      " + (applied == 0 ? "up to date" : applied + " migrations applied"));
        } else if (migrations.pending() > 0) {
            throw new IllegalStateException("The schema is not up to date. Run `seatlock migrate` first.");
        }
    }

    private Home home() {
        if (home == null) {
            home = add(Home.open(config.home()));
        }
        return home;
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    /** Where the API is. */
    public String url() {
        return "http://localhost:" + server.port();
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                progress.accept("Did not stop: " + e.getMessage()); // the others still have to
            }
        }
    }

    /** Brings the schema up to date. */
    static void migrate(Config config, Consumer<String> progress) {
        withDatabase(config, progress, url -> {
            var applied = new Migrations(url).migrate();
            progress.accept("Schema      " + (applied == 0 ? "up to date" : applied + " migrations applied"));
        });
    }

    /** Adds the events of {@link Seed} to a schema that is brought up to date first. */
    static void seed(Config config, Consumer<String> progress) {
        withDatabase(config, progress, url -> {
            new Migrations(url).migrate();
            List<Event> planted;
            try (var database = Database.open(url, 1)) {
                planted = database.inTransaction(tx -> Seed.plant(tx, new Catalog()));
            }
            planted.forEach(event -> progress.accept("Event       %s  %s, %s, %,d seats"
                    .formatted(event.id(), event.name(), event.venue(), event.capacity())));
            if (planted.isEmpty()) {
                progress.accept("Events      all there already");
            }
        });
    }

    /** With the configured database; or that of the Seatlock that runs in this home; or one started for the moment. */
    private static void withDatabase(Config config, Consumer<String> progress, Consumer<DatabaseUrl> work) {
        try (var app = new App(config, progress)) {
            DatabaseUrl url;
            try {
                url = app.startEmbedded(false);
            } catch (Home.InUse e) {
                url = Home.published(config.home(), "DATABASE_URL")
                        .map(DatabaseUrl::parse)
                        .orElseThrow(() -> e);
            }
            work.accept(url);
        }
    }
}
