package seatlock.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What processes have used, as Linux counts it (proc(5)). */
final class Processes {

    /** Linux counts CPU time in hundredths of a second, whatever the kernel does inside (proc(5), USER_HZ). */
    private static final double TICKS_PER_SECOND = 100;

    /** Of what follows the name of the program in /proc/PID/stat. */
    private static final int UTIME = 11;

    private static final int CUTIME = 13;

    private Processes() {}

    static double cpuSeconds(long pid) {
        return ticks(pid, UTIME) / TICKS_PER_SECOND;
    }

    /** Of the server of a home: the postmaster, its children that live, and those that have ended. */
    static double cpuSecondsOfPostgres(Path home) {
        try {
            var pid = Long.parseLong(Files.readAllLines(home.resolve("postgres/data/postmaster.pid"))
                    .get(0)
                    .strip());
            var children = ProcessHandle.of(pid).orElseThrow().children().toList();
            return (ticks(pid, UTIME)
                            + ticks(pid, CUTIME)
                            + children.stream()
                                    .mapToLong(child -> ticks(child.pid(), UTIME))
                                    .sum())
                    / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** User and system time. */
    private static long ticks(long pid, int field) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[field]) + Long.parseLong(fields[field + 1]);
        } catch (NoSuchFileException e) {
            return 0; // it has ended, and is counted with its parent from now on
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Proportional set size: what is shared is counted in parts. */
    static double pssMegabytes(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
                    .filter(line -> line.startsWith("Pss:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1000)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
