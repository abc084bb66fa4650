package seatlock;

import java.net.URI;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
    private MailSink mailSink; // null if mail leaves this machine
    private DatabaseUrl owner;
    private DatabaseUrl serving;

    private Backends(Config config, Lifecycle lifecycle, Consumer<String> progress) {
        this.config = config;
        this.lifecycle = lifecycle;
        this.progress = progress;
    }

    /**
     * Starts the servers whose addresses are not set, in parallel.
     *
     * @param withWorkers whether to start Redis and the mail server, which only workers need
     * @throws HomeDirectory.InUse if a server must be started while another process uses the home directory
     */
    static Backends start(Config config, boolean withWorkers, Lifecycle lifecycle, Consumer<String> progress) {
        var backends = new Backends(config, lifecycle, progress);
        backends.start(withWorkers);
        return backends;
    }

    /** Uses the configured database, or that of the process that uses the home directory, or else starts one. */
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
            mailSink = lifecycle.add(MailSink.start(home()));
            addresses.put("SMTP_URL", mailSink.url());
        }
        var redis = withWorkers && config.redis().isEmpty()
                ? startServer("Redis 7", report -> RedisServer.start(home(), report))
                : null;
        var postgres = config.database().isEmpty()
                ? startServer("PostgreSQL", report -> PostgresServer.start(home(), report))
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

    private <T extends AutoCloseable> CompletableFuture<T> startServer(
            String name, Function<Consumer<String>, T> start) {
        home(); // opened before the other threads need it
        var label = String.format(Locale.ROOT, "%-11s ", name);
        return lifecycle.startAsync(() -> {
            var began = System.nanoTime();
            var started = start.apply(line -> progress.accept(label + line));
            progress.accept(
                    label + String.format(Locale.ROOT, "ready after %.1f s", (System.nanoTime() - began) / 1e9));
            return started;
        });
    }

    /** Returns the home directory, opened on first use. */
    synchronized HomeDirectory home() {
        if (home == null) {
            home = lifecycle.add(HomeDirectory.open(config.home()));
        }
        return home;
    }

    /** Publishes the addresses to other processes on this machine, if this process uses the home directory. */
    synchronized void publish(String url, String adminKey) {
        if (home != null) {
            addresses.put("URL", url);
            addresses.put("SEATLOCK_ADMIN_KEY", adminKey);
            home.publish(addresses);
        }
    }

    /** Returns the database, with the role that only reads and writes rows. */
    public DatabaseUrl database() {
        return serving;
    }

    /** Returns the configured or the embedded Redis; empty if there is neither. */
    Optional<URI> redis() {
        return config.redis()
                .or(() -> Optional.ofNullable(addresses.get("REDIS_URL")).map(URI::create));
    }

    /** Returns the configured or the embedded mail server. */
    URI smtp() {
        return config.smtp().orElseGet(() -> URI.create(addresses.get("SMTP_URL")));
    }

    /** Deletes the mails of jobs, if mail is stored on this machine. */
    void deleteMails(Collection<UUID> jobs) {
        if (mailSink != null) {
            mailSink.delete(jobs);
        }
    }

    /** Brings the schema up to date, and grants access to the role that serves. */
    public void migrate() {
        var migrations = new Migrations(owner);
        var applied = migrations.migrate();
        progress.accept("Schema      " + (applied == 0 ? "up to date" : "migrations applied: " + applied));
        if (!serving.equals(owner) && migrations.grantAccess(serving)) {
            progress.accept("Role        " + serving.login() + " created; it cannot change the schema");
        }
    }
}
