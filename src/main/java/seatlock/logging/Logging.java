package seatlock.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * The settings of the log. Fixed settings are in {@code logback.xml}.
 *
 * @param level lowest level that Seatlock logs. Libraries always log warnings and errors only, and without their message:
 *     see {@link DiscreetAppender}
 * @param requests whether every request is logged
 */
public record Logging(Format format, Verbosity level, boolean requests) {

    /** Format of a line. */
    public enum Format {
        /** Readable text. */
        TEXT,
        /** One JSON object per line. */
        JSON;

        /** @throws IllegalArgumentException unless the text is {@code text} or {@code json} */
        public static Format of(String text) {
            return switch (text) {
                case "text" -> TEXT;
                case "json" -> JSON;
                default -> throw new IllegalArgumentException(text);
            };
        }
    }

    /** Log level. */
    public enum Verbosity {
        TRACE(Level.TRACE),
        DEBUG(Level.DEBUG),
        INFO(Level.INFO),
        WARN(Level.WARN),
        ERROR(Level.ERROR);

        private final Level level;

        Verbosity(Level level) {
            this.level = level;
        }

        /** @throws IllegalArgumentException unless the text is the name of a level in lower case */
        public static Verbosity of(String text) {
            return switch (text) {
                case "trace" -> TRACE;
                case "debug" -> DEBUG;
                case "info" -> INFO;
                case "warn" -> WARN;
                case "error" -> ERROR;
                default -> throw new IllegalArgumentException(text);
            };
        }
    }

    public static final Logging DEFAULT = new Logging(Format.TEXT, Verbosity.INFO, false);

    private static final String OURS = "seatlock";
    private static final String REQUESTS = "seatlock.requests";

    private static final long FLUSH_NANOS = Duration.ofSeconds(2).toNanos();

    private static volatile List<LossyStream> streams = List.of();

    /** Applies these settings to the log of this process, including that of libraries which use {@code java.util.logging}. */
    public void apply() {
        apply(LoggerFactory.getILoggerFactory());
        ForwardingHandler.install();
        var uncaught = LoggerFactory.getLogger(Thread.class);
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.error("A thread ended", e));
    }

    /**
     * Makes sure that no thread ever waits for standard output or standard error. From now on, what is printed there, the log
     * included, is written by other threads. If its reader is too slow, lines are dropped and counted.
     */
    public static synchronized void neverBlock() {
        if (streams.isEmpty()) {
            var out = new LossyStream(new FileOutputStream(FileDescriptor.out), "stdout");
            var err = new LossyStream(new FileOutputStream(FileDescriptor.err), "stderr");
            streams = List.of(out, err);
            System.setOut(new PrintStream(out, true, Charset.defaultCharset()));
            System.setErr(new PrintStream(err, true, Charset.defaultCharset()));
        }
    }

    /** Returns the number of lines that were dropped since {@link #neverBlock} because their reader was too slow. */
    public static long dropped() {
        return streams.stream().mapToLong(LossyStream::dropped).sum();
    }

    /** Waits until everything printed so far is written, but at most two seconds. Call it before the process exits. */
    public static void flush() {
        var deadline = System.nanoTime() + FLUSH_NANOS;
        streams.forEach(stream -> stream.awaitWritten(deadline));
    }

    private void apply(ILoggerFactory loggers) {
        var context = (LoggerContext) loggers;
        context.getLogger(OURS).setLevel(level.level);
        context.getLogger(REQUESTS).setLevel(requests ? Level.INFO : Level.OFF);
        if (format == Format.JSON) {
            context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                    .iteratorForAppenders()
                    .forEachRemaining(appender -> {
                        if (appender instanceof OutputStreamAppender<ILoggingEvent> stream) {
                            stream.setEncoder(json(context));
                        }
                    });
        }
    }

    private static JsonEncoder json(LoggerContext context) {
        var encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMDC(false);
        encoder.setWithMessage(false); // the pattern without its arguments
        encoder.setWithArguments(false); // already in the formatted message
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }
}
