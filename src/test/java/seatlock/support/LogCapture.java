package seatlock.support;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** All that is logged in this process while it is open, by whomever. */
public final class LogCapture implements AutoCloseable {

    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    private final Logger ours = (Logger) LoggerFactory.getLogger("seatlock");
    private final Logger requests = (Logger) LoggerFactory.getLogger("seatlock.requests");
    private final Level ourLevel = ours.getLevel();
    /** There is one log, with one level: what one test captures another must not change. */
    public static final String LOG = "log";

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

    /** What is usually logged. */
    public static LogCapture usual() {
        return new LogCapture(null);
    }

    /** All that Seatlock can say, a line for each request included. */
    public static LogCapture everything() {
        return new LogCapture(Level.TRACE);
    }

    /** Level, logger, thread, message, what it is about, and what was thrown. */
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
