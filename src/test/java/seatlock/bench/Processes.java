package seatlock.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Reads the CPU time and memory of processes from Linux's /proc. */
final class Processes {

    /** /proc reports CPU time in hundredths of a second, whatever the kernel's tick rate (proc(5), USER_HZ). */
    private static final double TICKS_PER_SECOND = 100;

    /** Index among the fields that follow the program name in /proc/PID/stat. */
    private static final int UTIME = 11;

    private static final int CUTIME = 13;

    private Processes() {}

    static double cpuSeconds(long pid) {
        return ticks(pid, UTIME) / TICKS_PER_SECOND;
    }

    /** Returns the CPU time of the PostgreSQL in a home directory, including its running and ended child processes. */
    static double cpuSecondsOfPostgres(Path home) {
        try {
            var pid = Long.parseLong(Files.readAllLines(home.resolve("postgres/data/postmaster.pid"))
                    .get(0)
                    .strip());
            // A child that ends meanwhile would be missing, or be counted twice.
            long ended;
            long running;
            do {
                ended = ticks(pid, CUTIME);
                running = ProcessHandle.of(pid)
                        .orElseThrow()
                        .children()
                        .mapToLong(child -> ticks(child.pid(), UTIME))
                        .sum();
            } while (ticks(pid, CUTIME) != ended);
            return (ticks(pid, UTIME) + ended + running) / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the CPU time of the Redis that a process has started. */
    static double cpuSecondsOfRedis(long parent) {
        return ProcessHandle.of(parent)
                .orElseThrow()
                .descendants()
                .filter(process -> process.info().command().orElse("").contains("redis-server"))
                .mapToDouble(process -> cpuSeconds(process.pid()))
                .sum();
    }

    /** Returns the CPU time of the whole machine, of all its cores together. */
    static double cpuSecondsOfMachine() {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            var fields =
                    lines.findFirst().orElseThrow().split(" +"); // cpu user nice system idle iowait irq softirq steal
            return Stream.of(1, 2, 3, 6, 7, 8)
                            .mapToLong(field -> Long.parseLong(fields[field]))
                            .sum()
                    / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the user and system time, in ticks. */
    private static long ticks(long pid, int field) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[field]) + Long.parseLong(fields[field + 1]);
        } catch (NoSuchFileException e) {
            return 0; // it has ended, and is counted with its parent now
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the proportional set size, which counts a share of each shared page. */
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
