package seatlock.logging;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;

/** Forwards what libraries log through {@code java.util.logging} to the log of the process, without its message. */
final class ForwardingHandler extends Handler {

    private ForwardingHandler() {}

    /** Replaces the handlers of {@code java.util.logging}, which print the message to standard error. */
    static void install() {
        var root = LogManager.getLogManager().getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new ForwardingHandler());
    }

    @Override
    public void publish(LogRecord logged) {
        if (logged.getLevel().intValue() < Level.WARNING.intValue()) {
            return;
        }
        var log =
                LoggerFactory.getLogger(logged.getLoggerName() == null ? "java.util.logging" : logged.getLoggerName());
        var line = logged.getLevel().intValue() >= Level.SEVERE.intValue() ? log.atError() : log.atWarn();
        line.setCause(logged.getThrown()).log(DiscreetAppender.LEFT_OUT);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
