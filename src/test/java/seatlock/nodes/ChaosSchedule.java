package seatlock.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** A schedule of failures. The same seed always gives the same schedule. */
final class ChaosSchedule {

    /** Nodes fail more often than databases, as in production. */
    enum Action {
        KILL_SERVE(4, "kill -9"),
        TERMINATE_SERVE(4, "SIGTERM"),
        KILL_WORKER(4, "kill -9"),
        TERMINATE_WORKER(3, "SIGTERM"),
        STOP_POSTGRES(2, "fast stop"),
        KILL_POSTGRES(2, "kill -9"),
        KILL_REDIS(2, "kill -9"),
        WIPE_REDIS(2, "kill -9, all data deleted");

        final int weight;
        final String how;

        Action(int weight, String how) {
            this.weight = weight;
            this.how = how;
        }
    }

    /**
     * One failure.
     *
     * @param at time since the start; the step runs later if the same target is still down
     * @param number of the node, or 0 for a database
     * @param downtime how long the target stays down
     */
    record Step(Duration at, Action action, int number, Duration downtime) {

        String target() {
            return switch (action) {
                case KILL_SERVE, TERMINATE_SERVE -> "serve " + number;
                case KILL_WORKER, TERMINATE_WORKER -> "worker " + number;
                case STOP_POSTGRES, KILL_POSTGRES -> "PostgreSQL";
                case KILL_REDIS, WIPE_REDIS -> "Redis";
            };
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%6.1f s  %-10s  %s, back after %.1f s",
                    at.toMillis() / 1e3,
                    target(),
                    action.how,
                    downtime.toMillis() / 1e3);
        }
    }

    /** Pause between steps: long enough that most steps meet a healthy cluster, short enough that some do not. */
    private static final int MIN_PAUSE_MS = 2_000;

    private static final int MAX_PAUSE_MS = 10_000;

    private static final int MAX_DOWNTIME_MS = 4_000;

    private ChaosSchedule() {}

    /** Creates a schedule. The first of the servers is never a target, so that its resource usage can be observed. */
    static List<Step> generate(long seed, Duration length, int servers, int workers) {
        var random = new Random(seed);
        var steps = new ArrayList<Step>();
        long at = MIN_PAUSE_MS;
        while (at < length.toMillis()) {
            var action = action(random);
            var number = switch (action) {
                case KILL_SERVE, TERMINATE_SERVE -> 2 + random.nextInt(servers - 1);
                case KILL_WORKER, TERMINATE_WORKER -> 1 + random.nextInt(workers);
                case STOP_POSTGRES, KILL_POSTGRES, KILL_REDIS, WIPE_REDIS -> 0;
            };
            steps.add(new Step(
                    Duration.ofMillis(at), action, number, Duration.ofMillis(random.nextInt(MAX_DOWNTIME_MS))));
            at += MIN_PAUSE_MS + random.nextInt(MAX_PAUSE_MS - MIN_PAUSE_MS);
        }
        return List.copyOf(steps);
    }

    private static Action action(Random random) {
        var all = List.of(Action.values());
        var left = random.nextInt(all.stream().mapToInt(action -> action.weight).sum());
        for (var action : all) {
            left -= action.weight;
            if (left < 0) {
                return action;
            }
        }
        throw new IllegalStateException();
    }
}
