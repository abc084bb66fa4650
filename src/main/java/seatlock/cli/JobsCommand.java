package seatlock.cli;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import seatlock.Config;
import seatlock.embedded.HomeDirectory;
import seatlock.jobs.Jobs;
import seatlock.workers.WorkerPool;

@Command(
        name = "jobs",
        description = "List background jobs and retry dead ones.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(list | retry)")
final class JobsCommand implements Callable<Integer> {

    /** The states of a job, under their names in the database. */
    enum State {
        READY,
        RUNNING,
        DONE,
        DEAD
    }

    private final Jobs jobs = new Jobs();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Config.Invalid {
        return list(State.DEAD, 20);
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Count the jobs in each state and the live workers, and list the latest jobs in one state."
                    + " Counting workers needs a running Redis: REDIS_URL, or that of the server that runs in"
                    + " SEATLOCK_HOME.")
    int list(
            @Option(
                            names = "--state",
                            defaultValue = "DEAD",
                            paramLabel = "STATE",
                            description = "State to list: READY, RUNNING, DONE or DEAD. Default: ${DEFAULT-VALUE}.")
                    State state,
            @Option(
                            names = "--limit",
                            defaultValue = "20",
                            paramLabel = "N",
                            description = "Maximum number of jobs to list. Default: ${DEFAULT-VALUE}.")
                    int limit)
            throws Config.Invalid {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit must be 1 or more");
        }
        var alive = workersAlive(Config.from(System.getenv()));
        return Execution.withDatabase(database -> {
            Execution.OUTPUT.accept(
                    alive.isPresent()
                            ? "Workers alive: " + alive.getAsLong()
                            : "Workers alive: unknown, because Redis does not respond");
            database.inTransaction(jobs::count).forEach(Execution.OUTPUT);
            database.inTransaction(tx -> jobs.list(tx, state.name(), limit)).forEach(JobsCommand::print);
            return 0;
        });
    }

    private static void print(Jobs.Listed job) {
        Execution.OUTPUT.accept(String.format(
                Locale.ROOT,
                "%s %s event %s %s: %d attempts, next %s%s",
                job.id(),
                job.kind(),
                job.event(),
                job.subject(),
                job.attempts(),
                job.nextAttemptAt(),
                job.lastError() == null ? "" : "; " + job.lastError()));
    }

    /** Counts the workers of all processes. Returns empty if their Redis is unknown or does not respond. */
    private static OptionalLong workersAlive(Config config) {
        return config.redis()
                .or(() -> HomeDirectory.published(config.home(), "REDIS_URL").map(java.net.URI::create))
                .map(WorkerPool::countAlive)
                .orElse(OptionalLong.empty());
    }

    @Command(mixinStandardHelpOptions = true, description = "Retry one dead job, or all of them.")
    int retry(
            @Parameters(arity = "0..1", paramLabel = "ID", description = "Id of the job. Default: all dead jobs.")
                    UUID id)
            throws Config.Invalid {
        return Execution.withDatabase(database -> {
            int count = database.inTransaction(tx -> jobs.retryDead(tx, id));
            Execution.OUTPUT.accept(count == 1 ? "1 job will be retried" : count + " jobs will be retried");
            return 0;
        });
    }
}
