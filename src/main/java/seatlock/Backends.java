package seatlock;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.embedded.HomeDirectory;
import seatlock.embedded.MailSink;
import seatlock.embedded.PostgresServer;
import seatlock.embedded.RedisServer;

/** The PostgreSQL, Redis and mail server of a process: the configured ones, or embedded ones that it starts. */
public final class Backends {

    private final Config config;
    private final Lifecycle lifecycle;
    private final Consumer<String> progress;
    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private HomeDirectory home; // guarded by this
    private DatabaseUrl owner;
    private DatabaseUrl serving;

    private Backends(Config config, Lifecycle lifecycle, Consumer<String> progress) {
        this.config = config;
        this.lifecycle = lifecycle;
        this.progress = progress;
    }

    /**
     * Starts the servers without an address, at the same time, since each of them mostly waits.
     *
     * @param withWorkers whether there will be workers, which need Redis and a mail server
     * @throws HomeDirectory.InUse if a server must be started and another process has the home directory
     */
    static Backends start(Config config, boolean withWorkers, Lifecycle lifecycle, Consumer<String> progress) {
        var backends = new Backends(config, lifecycle, progress);
        backends.start(withWorkers);
        return backends;
    }

    /** The configured database; or that of the process that has the home directory; or one that is started for now. */
    public static Backends forCommand(Config config, Lifecycle lifecycle, Consumer<String> progress) {
        var backends = new Backends(config, lifecycle, progress);
        try {
            backends.start(false);
        } catch (HomeDirectory.InUse e) {
            backends.owner = HomeDirectory.published(config.home(), "DATABASE_URL")
                    .map(DatabaseUrl::parse)
                    .orElseThrow(() -> e);
            backends.serving = backends.owner;
        }
        return backends;
    }

    private void start(boolean withWorkers) {
        if (withWorkers && config.smtp().isEmpty()) {
            addresses.put("SMTP_URL", lifecycle.add(MailSink.start(home())).url());
        }
        var redis = withWorkers && config.redis().isEmpty()
                ? startAside("Redis 7", said -> RedisServer.start(home(), said))
                : null;
        var postgres = config.database().isEmpty()
                ? startAside("PostgreSQL", said -> PostgresServer.start(home(), said))
                : null;
        if (redis != null) {
            addresses.put("REDIS_URL", redis.join().url());
        }
        if (postgres == null) {
            serving = config.database().orElseThrow();
            owner = config.migrationDatabase().orElse(serving);
        } else {
            addresses.put("DATABASE_URL", postgres.join().url());
            owner = DatabaseUrl.parse(postgres.join().url());
            serving = DatabaseUrl.parse(postgres.join().servingUrl());
        }
    }

    private <T extends AutoCloseable> CompletableFuture<T> startAside(
            String name, Function<Consumer<String>, T> start) {
        home(); // taken here, once, and not on two threads
        var label = "%-11s ".formatted(name);
        return lifecycle.startAside(() -> {
            var began = System.nanoTime();
            var started = start.apply(line -> progress.accept(label + line));
            progress.accept(label + "ready after %.1f s".formatted((System.nanoTime() - began) / 1e9));
            return started;
        });
    }

    /** The home directory. Taken when it is first needed. */
    synchronized HomeDirectory home() {
        if (home == null) {
            home = lifecycle.add(HomeDirectory.open(config.home()));
        }
        return home;
    }

    /** Tells other processes on this machine where everything is, if this process has the home directory. */
    synchronized void publish(String url, String adminKey) {
        if (home != null) {
            addresses.put("URL", url);
            addresses.put("SEATLOCK_ADMIN_KEY", adminKey);
            home.publish(addresses);
        }
    }

    /** The database, with a role that reads and writes rows. */
    public DatabaseUrl database() {
        return serving;
    }

    /** The configured or the started Redis; empty if there is none. */
    Optional<URI> redis() {
        return config.redis()
                .or(() -> Optional.ofNullable(addresses.get("REDIS_URL")).map(URI::create));
    }

    /** The configured or the started mail server. */
    URI smtp() {
        return config.smtp().orElseGet(() -> URI.create(addresses.get("SMTP_URL")));
    }

    /** Brings the schema up to date, and lets the role that serves in. */
    public void migrate() {
        var migrations = new Migrations(owner);
        var applied = migrations.migrate();
        progress.accept("Schema      " + (applied == 0 ? "up to date" : applied + " migrations applied"));
        if (!serving.equals(owner) && migrations.admit(serving)) {
            progress.accept("Role        " + serving.login() + " created; it cannot change the schema");
        }
    }
}
