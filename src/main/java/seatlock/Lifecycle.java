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
 * parts are still starting: their threads are interrupted, and parts that start nevertheless are closed, too.
 */
public final class Lifecycle implements AutoCloseable {

    private final Consumer<String> progress;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>(); // guarded by this
    private final List<Thread> starting = new ArrayList<>(); // guarded by this
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Object closing = new Object();
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
        throw stopped();
    }

    private static IllegalStateException stopped() {
        return new IllegalStateException("Stopped during the start");
    }

    /**
     * Starts a part on another thread, and adds it.
     *
     * @param start is interrupted if the lifecycle is closed meanwhile; it must then leave nothing running
     * @throws IllegalStateException if the lifecycle is closed already
     */
    public synchronized <T extends AutoCloseable> CompletableFuture<T> startAsync(Supplier<T> start) {
        if (closed) {
            throw stopped();
        }
        var future = new CompletableFuture<T>();
        var thread = new Thread(
                () -> {
                    try {
                        future.complete(add(start.get()));
                    } catch (Throwable e) {
                        future.completeExceptionally(e);
                    }
                },
                "starting");
        starting.add(thread);
        thread.start();
        return future;
    }

    /** Announces that the process is about to stop, which ends every {@link #pause}. */
    void stop() {
        stopping.countDown();
    }

    /** Returns whether the process is about to stop. */
    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /**
     * Waits.
     *
     * @throws IllegalStateException if the process is about to stop
     */
    void pause(long millis) {
        try {
            if (stopping.await(millis, TimeUnit.MILLISECONDS)) {
                throw stopped();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted during the start", e);
        }
    }

    /** Closes all parts, and those that are still starting. Returns when all are closed, even if another thread closes them. */
    @Override
    public void close() {
        stop();
        synchronized (closing) {
            List<Thread> unfinished;
            synchronized (this) {
                closed = true;
                unfinished = List.copyOf(starting);
            }
            unfinished.forEach(Thread::interrupt);
            unfinished.forEach(Lifecycle::awaitEnd);
            Deque<AutoCloseable> toClose;
            synchronized (this) {
                toClose = new ArrayDeque<>(parts);
                parts.clear();
            }
            toClose.forEach(this::close);
        }
    }

    private static void awaitEnd(Thread thread) {
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // nothing may be left running
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            progress.accept("Did not stop cleanly: " + e.getMessage()); // the other parts must still be closed
        }
    }
}
