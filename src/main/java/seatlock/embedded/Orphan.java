package seatlock.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that a killed JVM left running. */
final class Orphan {

    /** It writes down what it has; with a slow disk that takes a while. */
    private static final int STOP_TIMEOUT_SECONDS = 60;

    private Orphan() {}

    /**
     * Stops the server of a pid file, if there is one. A process of that number that runs from anywhere else is not it
     * (numbers are used again after a reboot) and is left alone; the pid file is then stale, and is removed.
     *
     * @param pidFile its first line is the number of a process
     * @param binaries the server's own are below this directory
     * @return whether there was one
     */
    static boolean stop(Path pidFile, Path binaries) throws IOException {
        if (!Files.exists(pidFile)) {
            return false;
        }
        var process = ProcessHandle.of(pid(pidFile)).filter(found -> runsFrom(found, binaries));
        if (process.isEmpty()) {
            Files.deleteIfExists(pidFile);
            return false;
        }
        var pid = process.get().pid();
        // SIGINT: PostgreSQL's fast shutdown, and Redis's orderly one. Java itself can only send SIGTERM and SIGKILL.
        new ProcessBuilder("kill", "-INT", Long.toString(pid)).inheritIO().start();
        try {
            process.get().onExit().get(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("Process " + pid + " was left behind by a killed Seatlock, and does not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
        return true;
    }

    private static long pid(Path pidFile) throws IOException {
        try {
            return Long.parseLong(
                    Files.readString(pidFile).lines().findFirst().orElse("").strip());
        } catch (NumberFormatException e) {
            return -1; // torn while it was written
        }
    }

    private static boolean runsFrom(ProcessHandle process, Path binaries) {
        return process.info()
                .command()
                .filter(command -> Path.of(command).startsWith(binaries))
                .isPresent();
    }
}
