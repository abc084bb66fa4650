package seatlock.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Stops a database server that a killed JVM left running. */
final class LeftoverProcess {

    /** Long enough to flush all data to a slow disk. */
    private static final int STOP_TIMEOUT_SECONDS = 60;

    private LeftoverProcess() {}

    /**
     * Stops the server named by a pid file. Pids are reused after a reboot, so a process that runs from another directory is
     * left alone, and the stale pid file is deleted.
     *
     * @param pidFile file whose first line is a pid
     * @param binaries directory that contains the server's executable
     * @return whether a server was stopped
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
        // SIGINT is PostgreSQL's fast shutdown and an orderly stop of Redis. Java itself sends only SIGTERM and
        // SIGKILL.
        new ProcessBuilder("kill", "-INT", Long.toString(pid)).inheritIO().start();
        try {
            process.get().onExit().get(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("Cannot stop process " + pid + ", left running by a killed Seatlock process", e);
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
            return -1; // truncated while it was being written
        }
    }

    private static boolean runsFrom(ProcessHandle process, Path binaries) {
        return process.info()
                .command()
                .filter(command -> Path.of(command).startsWith(binaries))
                .isPresent();
    }
}
