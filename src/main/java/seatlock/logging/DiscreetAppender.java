package seatlock.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.event.KeyValuePair;

/**
 * Appends Seatlock's own lines as they are. Lines of libraries may contain what a client sent, and a client can cause thousands
 * of them. So they are reduced to logger, level and exception, and one that repeats is appended every ten seconds.
 */
public final class DiscreetAppender extends ConsoleAppender<ILoggingEvent> {

    /** Replaces the message of a library. */
    static final String LEFT_OUT = "The message of this library is left out: it may contain client data.";

    private static final String OURS = "seatlock.";

    private static final long INTERVAL_MILLIS = Duration.ofSeconds(10).toMillis();

    /** The reason why an exception was thrown is a few causes deep. */
    private static final int MAX_CAUSES = 5;

    private static final class Repetition {
        private long appendedAt; // guarded by this
        private long suppressed; // guarded by this

        /** @return the number of lines suppressed since the last one; empty if this one must be suppressed, too */
        synchronized Optional<Long> next(long now) {
            if (appendedAt > 0 && now - appendedAt < INTERVAL_MILLIS && now >= appendedAt) {
                suppressed++;
                return Optional.empty();
            }
            var count = suppressed;
            appendedAt = now;
            suppressed = 0;
            return Optional.of(count);
        }
    }

    /** There are as many as there are logging classes and classes of exceptions. */
    private final Map<String, Repetition> repetitions = new ConcurrentHashMap<>();

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLoggerName().startsWith(OURS)) {
            super.append(event);
            return;
        }
        var thrown = thrown(event.getThrowableProxy());
        repetitions
                .computeIfAbsent(event.getLevel() + event.getLoggerName() + thrown, key -> new Repetition())
                .next(event.getTimeStamp())
                .ifPresent(suppressed -> super.append(reduced(event, thrown, suppressed)));
    }

    private ILoggingEvent reduced(ILoggingEvent event, List<String> thrown, long suppressed) {
        var logger = ((LoggerContext) getContext()).getLogger(event.getLoggerName());
        var reduced = new LoggingEvent(getClass().getName(), logger, event.getLevel(), LEFT_OUT, null, null);
        var pairs = new ArrayList<KeyValuePair>();
        if (!thrown.isEmpty()) {
            pairs.add(new KeyValuePair("thrown", String.join(" because of ", thrown)));
        }
        if (suppressed > 0) {
            pairs.add(new KeyValuePair("suppressed", suppressed));
        }
        reduced.setKeyValuePairs(pairs);
        return reduced;
    }

    /** Returns the class of an exception and of each of its causes, with the place that threw it. */
    private static List<String> thrown(IThrowableProxy exception) {
        var thrown = new ArrayList<String>();
        for (var e = exception; e != null && thrown.size() < MAX_CAUSES; e = e.getCause()) {
            var frames = e.getStackTraceElementProxyArray();
            thrown.add(e.getClassName() + (frames.length == 0 ? "" : " " + frames[0]));
        }
        return thrown;
    }
}
