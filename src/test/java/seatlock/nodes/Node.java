package seatlock.nodes;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import seatlock.embedded.Ports;
import seatlock.support.Jvm;

/** A {@code seatlock serve} or {@code seatlock worker} process, which keeps its port across restarts. */
final class Node implements AutoCloseable {

    enum Role {
        SERVE,
        WORKER;

        String command() {
            return this == SERVE ? "serve" : "worker";
        }
    }

    final Role role;
    final String name;
    private final Path home;
    private final Map<String, String> settings;
    private final int port = Ports.free();
    private Jvm jvm;

    /** @param settings all settings except the port */
    Node(Role role, int number, Path home, Map<String, String> settings) {
        this.role = role;
        this.name = role.command() + " " + number;
        this.home = home;
        this.settings = settings;
    }

    /** Starts the process without waiting until it is ready. */
    Node start() {
        var all = new HashMap<>(settings);
        all.put("PORT", String.valueOf(port));
        jvm = Jvm.start(home, all, role.command());
        return this;
    }

    Node awaitReady() {
        jvm.awaitReady();
        return this;
    }

    /**
     * Sends SIGTERM and waits until the process has ended.
     *
     * @return its exit status
     */
    int terminate() {
        jvm.terminate();
        return jvm.exitStatus();
    }

    /** Sends SIGKILL and waits until the process has ended. */
    void kill() {
        jvm.kill();
    }

    /** Returns whether the process has printed that it is ready. */
    boolean isReady() {
        return jvm.output().contains("Ready.");
    }

    boolean isAlive() {
        return jvm.isAlive();
    }

    long pid() {
        return jvm.pid();
    }

    /** Returns everything that the current or last process has printed. */
    String output() {
        return jvm.output();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void close() {
        if (jvm != null && jvm.isAlive()) {
            jvm.kill();
        }
    }
}
