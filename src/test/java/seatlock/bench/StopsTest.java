package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.bench.Stops.Pause;
import seatlock.bench.Stops.Stop;
import seatlock.loadtest.Report;

/** Checks that the stops of a benchmark are explained by the right lines of the logs. */
class StopsTest {

    private static final Stops.Moment START = new Stops.Moment(1_000_000, -7_000_000);

    @TempDir
    private Path directory;

    private static Report.Slow slow(long due, double ms) {
        return new Report.Slow((due - START.millis()) * 1_000_000 + START.nanos(), ms);
    }

    @Test
    void slow_responses_that_overlap_are_one_stop() {
        var stops = Stops.of(List.of(slow(1_000_050, 60), slow(1_000_000, 100), slow(1_000_200, 55.5)), START);

        assertThat(stops)
                .containsExactly(new Stop(1_000_000, 1_000_110, 2, 100), new Stop(1_000_200, 1_000_256, 1, 55.5));
    }

    @Test
    void each_stop_is_listed_with_the_pauses_that_overlap_it() {
        var slow = List.of(slow(1_001_000, 100), slow(1_002_000, 80));
        var pauses = List.of(
                new Pause(1_000_990, 1_001_080, "collection"),
                new Pause(1_001_010, 1_001_030, "collection"),
                new Pause(1_001_090, 1_001_093, "too short"),
                new Pause(1_003_000, 1_003_500, "too late"));

        assertThat(Stops.explain(slow, pauses, START)).isEqualToNormalizingNewlines("""
                2 stops longer than 50 ms, with 2 slow responses
                  1.000 to 1.100 s: 1 slow responses, the longest after 100 ms
                      90 ms, 0.990 to 1.080 s, the longest of 2: collection
                  2.000 to 2.080 s: 1 slow responses, the longest after 80 ms
                      no pause was logged at this time
                """);
    }

    @Test
    void pauses_of_java_are_read() throws IOException {
        var log = Files.writeString(directory.resolve("java.log"), """
                [1000100ms] Using Parallel
                [1000200ms] GC(0) Pause Young (Allocation Failure) 40M->9M(153M) 20.500ms
                [1000201ms] Safepoint "ParallelGCFailedAllocation", Time since last: 1 ns, Reaching safepoint: 2 ns, Cleanup: 3 ns, At safepoint: 4 ns, Total: 21000000 ns
                """);

        assertThat(Stops.pausesOfJava(log))
                .containsExactly(
                        new Pause(1_000_179, 1_000_200, "Java of the node: Pause Young (Allocation Failure)"),
                        new Pause(1_000_180, 1_000_201, "Java of the node: safepoint ParallelGCFailedAllocation"));
    }

    @Test
    void pauses_of_postgres_are_read() throws IOException {
        var log = Files.writeString(directory.resolve("postgres.log"), """
                2026-11-27 19:00:00.000 UTC [12] LOG:  duration: 1000.000 ms  statement: written before the prefix was set
                1000.500 LOG:  checkpoint complete: wrote 9 buffers (0.1%); 0 WAL file(s) added, 0 removed, 0 recycled; write=0.300 s, sync=0.050 s, total=0.400 s; sync files=9
                1001.000 LOG:  duration: 61.200 ms  execute S_12: COMMIT
                1002.000 LOG:  duration: 70.000 ms  execute <unnamed>:\s
                \tSELECT count(*)
                1003.000 LOG:  automatic analyze of table "seatlock.public.seats"
                \tbuffer usage: 1 hits, 2 misses, 3 dirtied
                \tsystem usage: CPU: user: 0.10 s, system: 0.00 s, elapsed: 0.25 s
                """);

        assertThat(Stops.pausesOfPostgres(log))
                .containsExactly(
                        new Pause(1_000_100, 1_000_400, "PostgreSQL: checkpoint, writing"),
                        new Pause(1_000_400, 1_000_500, "PostgreSQL: checkpoint, syncing"),
                        new Pause(1_000_939, 1_001_000, "PostgreSQL: statement COMMIT"),
                        new Pause(1_001_930, 1_002_000, "PostgreSQL: statement SELECT count(*)"),
                        new Pause(
                                1_002_750,
                                1_003_000,
                                "PostgreSQL: automatic analyze of table \"seatlock.public.seats\""));
    }
}
