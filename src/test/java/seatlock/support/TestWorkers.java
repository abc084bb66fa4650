package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import redis.clients.jedis.Jedis;
import seatlock.db.Database;
import seatlock.embedded.HomeDirectory;
import seatlock.embedded.MailSink;
import seatlock.embedded.RedisServer;
import seatlock.jobs.RetryPolicy;
import seatlock.mail.Mailer;
import seatlock.workers.JobRunner;
import seatlock.workers.Relay;
import seatlock.workers.TicketDelivery;
import seatlock.workers.WorkerPool;

/** The relay and the workers for a {@link TestSystem}, with a database in the shared Redis and a mail sink of their own. */
public final class TestWorkers implements AutoCloseable {

    /** Short, so that a test need not wait long for the end of a job. */
    public static final RetryPolicy POLICY =
            new RetryPolicy(4, Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(3));

    /** Where mails say that the pages are. */
    public static final String PAGES = "https://tickets.example/box";

    public final Path directory;
    public final MailSink sink;
    public final JobRunner runner;
    public final WorkerPool workers;
    public final Relay relay;
    private final Mailer mailer;
    private final Database database;
    private final HomeDirectory home;
    private final URI redisUrl;
    private final Runnable closeRedis;

    public TestWorkers(TestSystem system) {
        this(system, null, step -> {});
    }

    /**
     * Opens workers with a Redis of their own, for a test that stops it, wipes it or cuts off its clients. It is always the
     * embedded one, never a server at an address, which others may use.
     */
    public static TestWorkers withOwnRedis(TestSystem system) {
        return new TestWorkers(system, Optional.empty(), step -> {}, true);
    }

    /**
     * @param smtp of a mail server, or {@code null} for the sink
     * @param progress receives each step of each job
     */
    public TestWorkers(TestSystem system, URI smtp, Consumer<TicketDelivery.Step> progress) {
        this(system, Optional.ofNullable(smtp).map(TestWorkers::mailer), progress, false);
    }

    public TestWorkers(TestSystem system, Mailer mailer) {
        this(system, Optional.of(mailer), step -> {}, false);
    }

    private static Mailer mailer(URI smtp) {
        return new Mailer(smtp, "Seatlock <tickets@example.org>");
    }

    private TestWorkers(
            TestSystem system, Optional<Mailer> mailer, Consumer<TicketDelivery.Step> progress, boolean ownRedis) {
        try {
            directory = Files.createTempDirectory("seatlock-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        home = HomeDirectory.open(directory);
        if (ownRedis) {
            var server = RedisServer.start(home, line -> {});
            closeRedis = server::close;
            redisUrl = URI.create(server.url());
        } else {
            var taken = Servers.newRedis();
            closeRedis = taken::close;
            redisUrl = taken.url();
        }
        sink = MailSink.start(home);
        database = Database.open(system.url, 8, Duration.ofSeconds(10));
        this.mailer = mailer.orElseGet(() -> mailer(URI.create(sink.url())));
        var work = new TicketDelivery(
                database,
                system.catalog,
                system.inventoryReader,
                system.tickets,
                this.mailer,
                Optional.of(PAGES),
                progress);
        runner = new JobRunner(database, system.jobs, work.handlers(), POLICY, system.metrics);
        workers = new WorkerPool(redisUrl, runner, 3, system.metrics);
        relay = new Relay(database, system.jobs, redisUrl);
    }

    public TestWorkers start() {
        workers.start();
        relay.start();
        return this;
    }

    public URI redisUrl() {
        return redisUrl;
    }

    public Jedis jedis() {
        return new Jedis(redisUrl);
    }

    /** Pauses its own Redis, or lets it continue: -STOP, -CONT. */
    public void signalRedis(String signal) throws IOException, InterruptedException {
        var pid = Files.readString(directory.resolve("redis/redis.pid")).strip();
        new ProcessBuilder("kill", signal, pid).start().waitFor();
    }

    /** Returns the mails received so far. */
    public List<Path> mails() {
        try (var files = Files.list(directory.resolve("mail"))) {
            return files.filter(file -> file.toString().endsWith(".eml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes the mails of jobs, as a server with this sink does. */
    public void deleteMails(Collection<UUID> jobs) {
        sink.delete(jobs);
    }

    @Override
    public void close() {
        relay.close();
        workers.close();
        runner.close();
        mailer.close();
        sink.close();
        closeRedis.run();
        database.close();
        home.close();
        Servers.delete(directory);
    }
}
