package seatlock.support;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Captures everything that this process logs while it is open, by all threads. */
public final class LogCapture implements AutoCloseable {

    /** The resource that tests lock: the process has one log level, which only one test may change at a time. */
    public static final String LOG = "log";

    private static final Logger ROOT = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    private final Logger ours = logger("seatlock");
    private final Logger requests = logger("seatlock.requests");
    private final Level ourLevel = ours.getLevel();

    private final List<String> lines = new ArrayList<>(); // guarded by itself

    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            var thrown = event.getThrowableProxy();
            var line = event.getLevel() + " " + event.getLoggerName() + " [" + event.getThreadName() + "]: "
                    + event.getFormattedMessage() + " " + event.getKeyValuePairs()
                    + (thrown == null ? "" : "\n" + ThrowableProxyUtil.asString(thrown));
            synchronized (lines) {
                lines.add(line);
            }
        }
    };

    private LogCapture(Level level) {
        if (level != null) {
            ours.setLevel(level);
            requests.setLevel(Level.INFO);
        }
        appender.setContext(ROOT.getLoggerContext());
        appender.start();
        ROOT.addAppender(appender);
    }

    /** While one thread starts SLF4J, the others are given loggers of another kind. */
    private static Logger logger(String name) {
        while (true) {
            if (LoggerFactory.getLogger(name) instanceof Logger logger) {
                return logger;
            }
            Thread.onSpinWait();
        }
    }

    /** Captures at the usual level. */
    public static LogCapture usual() {
        return new LogCapture(null);
    }

    /** Captures at all levels, including a line for each request. */
    public static LogCapture everything() {
        return new LogCapture(Level.TRACE);
    }

    /** Returns a string per event: level, logger, thread, message, key-value pairs, and stack trace. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    @Override
    public void close() {
        ROOT.detachAppender(appender);
        ours.setLevel(ourLevel);
        requests.setLevel(Level.OFF);
    }
}
