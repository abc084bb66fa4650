package seatlock.logging;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * A stream that never makes its callers wait. A thread of its own copies the bytes to a target that may block, such as a pipe that
 * nobody reads. While too many bytes are waiting, further writes are dropped and counted.
 */
final class LossyStream extends OutputStream {

    /** Some thousand lines. */
    private static final int MAX_WAITING_BYTES = 1_000_000;

    private final OutputStream target;
    private final Deque<byte[]> waiting = new ArrayDeque<>(); // this field and those below are guarded by this
    private int unwrittenBytes;
    private long dropped;

    /** @param target used by one thread only, which does not keep the process alive */
    LossyStream(OutputStream target, String name) {
        this.target = target;
        var thread = new Thread(this::copy, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Takes all of the bytes or, if there is no room for them, drops all of them. */
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        if (unwrittenBytes + length > MAX_WAITING_BYTES) {
            dropped++;
            return;
        }
        unwrittenBytes += length;
        waiting.add(Arrays.copyOfRange(bytes, offset, offset + length));
        notifyAll();
    }

    /** Returns the number of writes that were dropped. */
    synchronized long dropped() {
        return dropped;
    }

    /**
     * Waits until everything is written.
     *
     * @param deadline when to give up, as a value of {@link System#nanoTime}
     * @return whether everything is written
     */
    synchronized boolean awaitWritten(long deadline) {
        try {
            while (unwrittenBytes > 0) {
                var nanos = deadline - System.nanoTime();
                if (nanos <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, nanos);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void copy() {
        try {
            while (true) {
                var bytes = take();
                try {
                    target.write(bytes);
                } catch (IOException e) {
                    drop(); // the reader has closed the pipe
                }
                written(bytes.length);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized byte[] take() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        return waiting.remove();
    }

    private synchronized void drop() {
        dropped++;
    }

    private synchronized void written(int bytes) {
        unwrittenBytes -= bytes;
        notifyAll();
    }
}
