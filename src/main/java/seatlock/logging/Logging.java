package seatlock.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.util.Locale;
import java.util.stream.Stream;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * How the log is to be. The only class that knows Logback; what is not set here is in {@code logback.xml}.
 *
 * @param level from which on Seatlock speaks. Libraries speak when something is wrong, whatever it is: some of them would
 *     repeat what clients and mail servers say
 * @param requests whether there is a line for every request
 */
public record Logging(Format format, Verbosity level, boolean requests) {

    /** What a line looks like. */
    public enum Format {
        /** For people. */
        TEXT,
        /** For machines: an object in each line. */
        JSON
    }

    /** How much is said. */
    public enum Verbosity {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    public static final Logging DEFAULT = new Logging(Format.TEXT, Verbosity.INFO, false);

    private static final String OURS = "seatlock";
    private static final String REQUESTS = "seatlock.requests";

    /**
     * One of the words by which settings name a format or a level.
     *
     * @throws IllegalArgumentException if it is none of them; they are written in lower case
     */
    public static <E extends Enum<E>> E parse(Class<E> words, String text) {
        return Stream.of(words.getEnumConstants())
                .filter(word -> word.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    /** Has the log of this process be so from here on. */
    public void apply() {
        apply(LoggerFactory.getILoggerFactory());
    }

    private void apply(ILoggerFactory loggers) {
        var context = (LoggerContext) loggers;
        context.getLogger(OURS).setLevel(Level.valueOf(level.name()));
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
        encoder.setWithMessage(false); // the pattern
        encoder.setWithArguments(false); // they are in the formatted message
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }
}
