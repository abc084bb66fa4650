package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.bench.BenchNode.ROUNDS;
import static seatlock.bench.BenchNode.run;
import static seatlock.bench.BenchNode.say;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import seatlock.loadtest.Scenario;
import seatlock.support.Jvm;
import seatlock.support.Servers;

/**
 * Measures how fast one worker process makes tickets and mails them. Run it with {@code make bench TEST=TicketBenchTest}.
 *
 * <p>Reservations of one seat each are confirmed while no worker runs. Then a worker starts, in a JVM of its own and with a Redis of
 * its own, and makes all documents; the mails wait until then, so that the cost of each can be told. The first fifth of the documents
 * and of the mails warms the worker up, and the rest is measured. The mail server runs in this process.
 */
@Tag("bench")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class TicketBenchTest {

    private static final int RESERVATIONS = Integer.getInteger("seatlock.bench.tickets", 5_000);
    private static final int WARMUP = RESERVATIONS / 5;

    /** Lets each mail wait as if its first attempt had failed. A job that was never tried does not wait: see Jobs.pullForward. */
    private static final String HOLD_MAILS = """
            CREATE FUNCTION hold_mail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.attempts := 1;
                NEW.next_attempt_at := NEW.next_attempt_at + interval '30 minutes';
                RETURN NEW;
            END $$;
            CREATE TRIGGER hold_mail BEFORE INSERT ON jobs
                FOR EACH ROW WHEN (NEW.kind = 'SendTickets') EXECUTE FUNCTION hold_mail();
            """;

    private static final String RELEASE_MAILS = """
            DROP TRIGGER hold_mail ON jobs;
            DROP FUNCTION hold_mail;
            UPDATE jobs SET next_attempt_at = now() WHERE kind = 'SendTickets' AND state = 'READY';
            """;

    @Test
    void documents_and_mails_of_a_worker() throws Exception {
        var results = new RoundResults();
        try (var node = BenchNode.start();
                var mails = new CountingMailServer();
                var connection = Servers.connect(node.database())) {
            for (int round = 1; round <= ROUNDS; round++) {
                say("Round %d of %d", round, ROUNDS);
                round(results, node, mails, connection);
            }
        }
        say("Tickets of %,d reservations, median of %d rounds:%n%s", RESERVATIONS, ROUNDS, results.summary());
    }

    private static void round(RoundResults results, BenchNode node, CountingMailServer mails, Connection connection)
            throws Exception {
        var sold =
                run(node.plan(Scenario.PURCHASE).forRequests(32, RESERVATIONS).selling(1, RESERVATIONS));
        assertThat(sold.successes()).isEqualTo(RESERVATIONS);
        var event = newestEvent(connection);
        execute(connection, HOLD_MAILS);
        var home = BenchNode.newHome();
        try (var worker = node.another("worker", home, Map.of("SMTP_URL", mails.url()))) {
            worker.awaitReady();
            var documents = measure(connection, event, "IssueTickets", node, worker);
            add(results, "document", documents);
            meanDocumentBytes(connection, event).ifPresent(size -> results.add("bytes per document", size));
            var mailsBefore = mails.mails();
            var bytesBefore = mails.bytes();
            execute(connection, RELEASE_MAILS);
            var sent = measure(connection, event, "SendTickets", node, worker);
            add(results, "mail", sent);
            results.add("CPU per mail, mail server of the bench, ms", sent.bench / sent.jobs * 1000);
            results.add("bytes per mail", (double) (mails.bytes() - bytesBefore) / (mails.mails() - mailsBefore));
            results.add("memory of the worker (PSS), MB", Processes.pssMegabytes(worker.pid()));
            assertThat(mails.mails() - mailsBefore).isEqualTo(RESERVATIONS);
        }
        Servers.delete(home);
    }

    private static void add(RoundResults results, String unit, Work work) {
        var seconds = work.worker + work.postgres + work.redis;
        results.add(unit + "s/s", work.jobs / work.wall);
        results.add("CPU per " + unit + ", ms", seconds / work.jobs * 1000);
        results.add("CPU per " + unit + ", worker, ms", work.worker / work.jobs * 1000);
        results.add("CPU per " + unit + ", PostgreSQL, ms", work.postgres / work.jobs * 1000);
        results.add("CPU per " + unit + ", Redis, ms", work.redis / work.jobs * 1000);
        results.add("busy cores, " + unit + "s", (seconds + work.bench) / work.wall);
    }

    /**
     * Jobs that are done, and seconds of CPU time used so far.
     *
     * @param wall when the last of them was done
     */
    private record Work(long jobs, double wall, double worker, double postgres, double redis, double bench) {

        Work since(Work before) {
            return new Work(
                    jobs - before.jobs,
                    wall - before.wall,
                    worker - before.worker,
                    postgres - before.postgres,
                    redis - before.redis,
                    bench - before.bench);
        }
    }

    /** Measures from the end of the warm-up until all jobs of a kind are done. */
    private static Work measure(Connection connection, UUID event, String kind, BenchNode node, Jvm worker)
            throws Exception {
        Work warm = null;
        while (true) {
            var now = work(connection, event, kind, node, worker);
            if (now.jobs == RESERVATIONS) {
                return now.since(warm);
            }
            if (warm == null && now.jobs >= WARMUP) {
                warm = now;
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
    }

    private static Work work(Connection connection, UUID event, String kind, BenchNode node, Jvm worker)
            throws SQLException {
        try (var statement = connection.prepareStatement("""
                SELECT count(*) FILTER (WHERE state = 'DONE') AS done,
                       count(*) FILTER (WHERE state = 'DEAD') AS dead,
                       extract(epoch FROM max(ended_at))::float8 AS ended_at
                  FROM jobs
                 WHERE event_id = ?
                   AND kind = ?
                """)) {
            statement.setObject(1, event);
            statement.setString(2, kind);
            try (var row = statement.executeQuery()) {
                row.next();
                assertThat(row.getLong("dead")).isZero();
                return new Work(
                        row.getLong("done"),
                        row.getDouble("ended_at"),
                        Processes.cpuSeconds(worker.pid()),
                        Processes.cpuSecondsOfPostgres(node.home()),
                        Processes.cpuSecondsOfRedis(worker.pid()),
                        Processes.cpuSeconds(ProcessHandle.current().pid()));
            }
        }
    }

    /** Returns the mean size of the stored documents; empty if documents are not stored. */
    private static OptionalDouble meanDocumentBytes(Connection connection, UUID event) throws SQLException {
        try (var tables = connection.getMetaData().getTables(null, null, "ticket_documents", null)) {
            if (!tables.next()) {
                return OptionalDouble.empty();
            }
        }
        try (var statement = connection.prepareStatement(
                "SELECT avg(length(pdf))::float8 AS bytes FROM ticket_documents WHERE event_id = ?")) {
            statement.setObject(1, event);
            try (var row = statement.executeQuery()) {
                row.next();
                return OptionalDouble.of(row.getDouble("bytes"));
            }
        }
    }

    private static UUID newestEvent(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT event_id FROM events ORDER BY created_at DESC LIMIT 1")) {
            row.next();
            return row.getObject("event_id", UUID.class);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
