package seatlock.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What is done to a cluster, and when. A seed makes it, so that the same seed does the same again. */
final class Schedule {

    /** Nodes die more often than what they stand on, as they do elsewhere. */
    enum Action {
        KILL_SERVE(4, "kill -9"),
        TERMINATE_SERVE(4, "SIGTERM"),
        KILL_WORKER(4, "kill -9"),
        TERMINATE_WORKER(3, "SIGTERM"),
        STOP_POSTGRES(2, "fast stop"),
        KILL_POSTGRES(2, "kill -9"),
        KILL_REDIS(2, "kill -9"),
        WIPE_REDIS(2, "kill -9, and all its data gone");

        final int weight;
        final String how;

        Action(int weight, String how) {
            this.weight = weight;
            this.how = how;
        }
    }

    /**
     * @param at from the beginning; it may be later, if the same target is not back yet
     * @param target the number of the node, or 0 for a server
     * @param away how long it is left lying there
     */
    record Step(Duration at, Action action, int target, Duration away) {

        String of() {
            return switch (action) {
                case KILL_SERVE, TERMINATE_SERVE -> "serve " + target;
                case KILL_WORKER, TERMINATE_WORKER -> "worker " + target;
                case STOP_POSTGRES, KILL_POSTGRES -> "PostgreSQL";
                case KILL_REDIS, WIPE_REDIS -> "Redis";
            };
        }

        @Override
        public String toString() {
            return "%6.1f s  %-10s  %s, back after %.1f s"
                    .formatted(at.toMillis() / 1e3, of(), action.how, away.toMillis() / 1e3);
        }
    }

    /** Between two steps: long enough that most find the cluster well, and short enough that not all do. */
    private static final int MIN_PAUSE_MS = 2_000;

    private static final int MAX_PAUSE_MS = 10_000;

    private static final int MAX_AWAY_MS = 4_000;

    private Schedule() {}

    /** @param servers from the second of them on they may die; the first one lives, to be watched */
    static List<Step> of(long seed, Duration length, int servers, int workers) {
        var random = new Random(seed);
        var steps = new ArrayList<Step>();
        long at = MIN_PAUSE_MS;
        while (at < length.toMillis()) {
            var action = action(random);
            var target = switch (action) {
                case KILL_SERVE, TERMINATE_SERVE -> 2 + random.nextInt(servers - 1);
                case KILL_WORKER, TERMINATE_WORKER -> 1 + random.nextInt(workers);
                case STOP_POSTGRES, KILL_POSTGRES, KILL_REDIS, WIPE_REDIS -> 0;
            };
            steps.add(new Step(Duration.ofMillis(at), action, target, Duration.ofMillis(random.nextInt(MAX_AWAY_MS))));
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
