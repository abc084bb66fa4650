package seatlock.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/** Notes when this process stops or collects garbage, and when the machine has no core to spare. */
final class PauseWatch implements AutoCloseable {

    private static final long SLEEP_MS = 5;

    /** Shorter delays are normal on a busy machine. */
    private static final long LATE_MS = 25;

    /** CPU time is told in hundredths of a second. */
    private static final long SAMPLE_MS = 50;

    private static final double ALMOST_ALL = 0.9;
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    private final ConcurrentLinkedQueue<Stops.Pause> pauses = new ConcurrentLinkedQueue<>();
    private final List<NotificationEmitter> collectors = new ArrayList<>();
    private final NotificationListener listener = this::collected;
    private final Thread thread = new Thread(this::watch, "pause-watch");
    private final long startOfJvm = ManagementFactory.getRuntimeMXBean().getStartTime();
    private volatile boolean closed;

    PauseWatch() {
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            var emitter = (NotificationEmitter) collector;
            emitter.addNotificationListener(listener, null, null);
            collectors.add(emitter);
        }
        thread.start();
    }

    private void watch() {
        var sampledAt = System.currentTimeMillis();
        var sampled = Processes.cpuSecondsOfMachine();
        for (var last = System.currentTimeMillis(); !closed; ) {
            LockSupport.parkNanos(SLEEP_MS * 1_000_000);
            var now = System.currentTimeMillis();
            if (now - last > LATE_MS) {
                pauses.add(new Stops.Pause(last, now, "the load test or the whole machine: a thread woke up late"));
            }
            last = now;
            if (now - sampledAt >= SAMPLE_MS) {
                var cpu = Processes.cpuSecondsOfMachine();
                if ((cpu - sampled) * 1000 >= ALMOST_ALL * (now - sampledAt) * CORES) {
                    pauses.add(new Stops.Pause(sampledAt, now, "the whole machine: all cores were busy"));
                }
                sampledAt = now;
                sampled = cpu;
            }
        }
    }

    private void collected(Notification notification, Object nothing) {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            var info = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
            pauses.add(new Stops.Pause(
                    startOfJvm + info.getGcInfo().getStartTime(),
                    startOfJvm + info.getGcInfo().getEndTime(),
                    "the load test: garbage collection, " + info.getGcAction().toLowerCase(Locale.ROOT)));
        }
    }

    List<Stops.Pause> pauses() {
        return List.copyOf(pauses);
    }

    @Override
    public void close() {
        closed = true;
        for (var collector : collectors) {
            try {
                collector.removeNotificationListener(listener);
            } catch (ListenerNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
