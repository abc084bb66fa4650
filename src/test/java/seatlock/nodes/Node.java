package seatlock.nodes;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import seatlock.embedded.Ports;
import seatlock.support.Jvm;

/** A {@code seatlock serve} or {@code seatlock worker} at an address of its own, which it keeps however often it dies. */
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

    /** @param settings all but its port */
    Node(Role role, int number, Path home, Map<String, String> settings) {
        this.role = role;
        this.name = role.command() + " " + number;
        this.home = home;
        this.settings = settings;
    }

    /** Starts it, and does not wait for it. */
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

    /** SIGTERM, and waits until it has ended. @return its exit status */
    int terminate() {
        jvm.terminate();
        return jvm.exitStatus();
    }

    /** SIGKILL. */
    void kill() {
        jvm.kill();
    }

    /** Whether it has said so, since it was started. */
    boolean isReady() {
        return jvm.output().contains("Ready.");
    }

    boolean isAlive() {
        return jvm.isAlive();
    }

    long pid() {
        return jvm.pid();
    }

    /** All that the process that runs now, or ran last, has said. */
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
