package seatlock.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Starts and stops processes that run executables of the home directory, and finds those that a killed JVM left running. */
final class ServerProcess {

    /** Long enough to flush all data to a slow disk. */
    private static final int STOP_TIMEOUT_SECONDS = 60;

    private static final int EXEC_TIMEOUT_SECONDS = 30;

    private static final int TEXT_FILE_BUSY = 26;

    private static final Path SETSID = Path.of("/usr/bin/setsid");

    /** A message that says why a server exited, in the formats of PostgreSQL, initdb and Redis. */
    private static final Pattern ERROR =
            Pattern.compile("(?:(?:FATAL|PANIC|error): +|^\\S+ \\d+ \\w+ \\d+ [\\d:.]+ # )(.*)");

    private final Process process;
    private final Path log;
    private final long logStart;

    private ServerProcess(Process process, Path log, long logStart) {
        this.process = process;
        this.log = log;
        this.logStart = logStart;
    }

    /**
     * Starts a process. It gets a session of its own, so that Ctrl-C in a terminal reaches Seatlock alone, which stops its
     * servers last.
     *
     * @param log receives the output
     * @throws IOException if the executable cannot be run
     */
    static ServerProcess start(List<String> command, Path log) throws IOException {
        var all = new ArrayList<>(command);
        if (Files.isExecutable(SETSID)) {
            all.add(0, SETSID.toString());
        }
        var logStart = Files.exists(log) ? Files.size(log) : 0;
        var builder = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("LC_ALL", "C"); // messages in English, which this package reads
        return new ServerProcess(run(builder), log, logStart);
    }

    /**
     * Starts the process, retrying on ETXTBSY: while another thread forks, its child briefly keeps the newly unpacked binary
     * open for writing, and such a file cannot be executed.
     */
    private static Process run(ProcessBuilder command) throws IOException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(EXEC_TIMEOUT_SECONDS);
        while (true) {
            try {
                return command.start();
            } catch (IOException e) {
                if (!e.getMessage().contains("error=" + TEXT_FILE_BUSY + ",") || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends input to the process and waits until it has ended. @throws InterruptedException if this thread is interrupted */
    int exitStatus(String input) throws IOException, InterruptedException {
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        return process.waitFor();
    }

    /**
     * Returns the last error that was logged since the start, or else the last line. An error about the disk comes before
     * others, which only follow from it.
     */
    String lastError() {
        try (var file = Files.newInputStream(log)) {
            file.skipNBytes(logStart);
            var lines = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            var errors = lines.stream()
                    .map(ERROR::matcher)
                    .filter(Matcher::find)
                    .map(match -> match.group(1))
                    .toList();
            return errors.stream()
                    .filter(UnusableHome::isAboutDisk)
                    .findFirst()
                    .or(() -> errors.stream().reduce((first, second) -> second))
                    .orElse(lines.isEmpty() ? "it exited without a message" : lines.get(lines.size() - 1));
        } catch (IOException e) {
            return "its log " + log + " cannot be read";
        }
    }

    /**
     * Sends a signal and waits until the process has ended, even if this thread is interrupted meanwhile. Kills the process if
     * it takes too long.
     *
     * @param signal such as {@code INT}. Java itself sends only TERM and KILL
     */
    void stop(String signal) {
        try {
            signal(process.toHandle(), signal);
            process.onExit().orTimeout(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
        } catch (IOException | CompletionException e) {
            kill();
        }
    }

    /** Kills the process with its children, and waits until they have ended. */
    void kill() {
        var all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> each.onExit().join());
    }

    private static void signal(ProcessHandle process, String signal) throws IOException {
        // The shell's own kill: a small system may lack the program of this name.
        var command = new ProcessBuilder("sh", "-c", "kill -s \"$0\" \"$1\"", signal, String.valueOf(process.pid()));
        command.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /**
     * Stops the processes that run executables of a directory. A killed JVM leaves its servers running. They are found by
     * their executables, because a pid file may be damaged, or name a process that got the same pid after a reboot.
     *
     * @return whether there were any
     * @throws UnusableHome if one does not stop
     * @throws InterruptedException if this thread is interrupted
     */
    static boolean stopLeftovers(Path directory) throws IOException, InterruptedException {
        var running = ProcessHandle.allProcesses()
                .filter(process -> runsFrom(process, directory))
                .toList();
        var pids = running.stream().map(ProcessHandle::pid).collect(Collectors.toSet());
        for (var process : running) {
            // A server stops its own children. SIGINT is PostgreSQL's fast shutdown and an orderly stop of Redis.
            if (process.parent().map(ProcessHandle::pid).filter(pids::contains).isEmpty()) {
                signal(process, "INT");
            }
        }
        for (var process : running) {
            try {
                process.onExit().get(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                throw new UnusableHome("Process " + process.pid() + ", left running by a killed Seatlock process, uses "
                        + directory + " and does not stop. Stop it with `kill -QUIT " + process.pid()
                        + "` and start again.");
            }
        }
        return !running.isEmpty();
    }

    private static boolean runsFrom(ProcessHandle process, Path directory) {
        return process.info()
                .command()
                .filter(command -> Path.of(command).startsWith(directory))
                .isPresent();
    }
}
