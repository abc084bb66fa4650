package seatlock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The running parts of a process. They are closed in the reverse order of their start. A signal may close the lifecycle while
 * parts are still starting; those are closed as soon as they have started.
 */
public final class Lifecycle implements AutoCloseable {

    private final Consumer<String> progress;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>(); // guarded by this
    private final List<CompletableFuture<?>> starting = new ArrayList<>(); // guarded by this
    private final CountDownLatch stopping = new CountDownLatch(1);
    private boolean closed; // guarded by this

    /** @param progress receives a line for each part that could not be closed */
    public Lifecycle(Consumer<String> progress) {
        this.progress = progress;
    }

    /**
     * Adds a part, to be closed with the others.
     *
     * @throws IllegalStateException if the lifecycle is closed already; the part is then closed, too
     */
    public <T extends AutoCloseable> T add(T part) {
        synchronized (this) {
            if (!closed) {
                parts.push(part);
                return part;
            }
        }
        close(part);
        throw new IllegalStateException("Stopped during the start");
    }

    /** Starts a part on another thread, and adds it. */
    public synchronized <T extends AutoCloseable> CompletableFuture<T> startAsync(Supplier<T> start) {
        var future = CompletableFuture.supplyAsync(() -> add(start.get()));
        starting.add(future);
        return future;
    }

    /** Announces that the process is about to stop, which ends every {@link #pause}. */
    void stop() {
        stopping.countDown();
    }

    /**
     * Waits.
     *
     * @throws IllegalStateException if the process is about to stop
     */
    void pause(long millis) {
        try {
            if (stopping.await(millis, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("Stopped during the start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted during the start", e);
        }
    }

    /** Closes all parts, and waits for those that are still starting. */
    @Override
    public void close() {
        stop();
        List<CompletableFuture<?>> unfinished;
        synchronized (this) {
            unfinished = List.copyOf(starting);
        }
        unfinished.forEach(start -> start.handle((started, failure) -> null).join());
        Deque<AutoCloseable> toClose;
        synchronized (this) {
            closed = true;
            toClose = new ArrayDeque<>(parts);
            parts.clear();
        }
        toClose.forEach(this::close);
    }

    void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            progress.accept("Did not stop cleanly: " + e.getMessage()); // the other parts must still be closed
        }
    }
}
