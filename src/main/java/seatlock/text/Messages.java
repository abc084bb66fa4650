package seatlock.text;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.IntFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The words of mails and tickets in one language, from the file {@code messages/LANGUAGE.properties} (UTF-8). A text may have
 * placeholders, such as {@code {event}}. A text that depends on a number has a key for each plural form of the language: the form
 * is the last part of the key, with the names of the Unicode CLDR. {@code MessagesTest} compares the files.
 */
public final class Messages {

    private static final String DEFAULT = "en";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

    private static final Map<String, Messages> ALL = Stream.of(
                    new Messages(DEFAULT, Locale.UK, Messages::oneOrOther),
                    new Messages("de", Locale.GERMANY, Messages::oneOrOther),
                    new Messages("fr", Locale.FRANCE, number -> number <= 1 ? "one" : "other"),
                    new Messages("es", Locale.forLanguageTag("es-ES"), Messages::oneOrOther),
                    new Messages("it", Locale.ITALY, Messages::oneOrOther),
                    new Messages("nl", Locale.forLanguageTag("nl-NL"), Messages::oneOrOther),
                    new Messages("pl", Locale.forLanguageTag("pl-PL"), Messages::polish))
            .collect(Collectors.toUnmodifiableMap(Messages::language, messages -> messages));

    private final String language;
    private final Locale locale;
    private final IntFunction<String> pluralForm;
    private final Map<String, String> texts;

    private Messages(String language, Locale locale, IntFunction<String> pluralForm) {
        this.language = language;
        this.locale = locale;
        this.pluralForm = pluralForm;
        this.texts = read(language);
    }

    private static Map<String, String> read(String language) {
        var texts = new Properties();
        try (var stream = Messages.class.getResourceAsStream("/messages/" + language + ".properties")) {
            texts.load(new InputStreamReader(stream, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts.stringPropertyNames().stream()
                .collect(Collectors.toUnmodifiableMap(key -> key, texts::getProperty));
    }

    /** Returns the ISO 639-1 codes of all languages in alphabetical order. */
    public static List<String> languages() {
        return ALL.keySet().stream().sorted().toList();
    }

    /**
     * Returns the words of the first of two languages that is known; if none is, the English ones.
     *
     * @param wanted ISO 639-1 code
     * @param otherwise ISO 639-1 code
     */
    public static Messages in(Optional<String> wanted, Optional<String> otherwise) {
        return wanted.map(ALL::get).or(() -> otherwise.map(ALL::get)).orElseGet(() -> ALL.get(DEFAULT));
    }

    /** Returns the ISO 639-1 code. */
    public String language() {
        return language;
    }

    /** Returns the locale by which amounts are formatted. */
    public Locale locale() {
        return locale;
    }

    /**
     * Returns a text.
     *
     * @param arguments names and values of its placeholders in turn. A value is inserted as it is, even if it looks like a placeholder
     * @throws IllegalArgumentException if there is no such text, or an argument is missing
     */
    public String get(String key, String... arguments) {
        var values = new HashMap<String, String>();
        for (int i = 0; i < arguments.length; i += 2) {
            values.put(arguments[i], arguments[i + 1]);
        }
        return PLACEHOLDER.matcher(text(key)).replaceAll(match -> Matcher.quoteReplacement(value(key, values, match)));
    }

    private static String value(String key, Map<String, String> values, MatchResult placeholder) {
        return Optional.ofNullable(values.get(placeholder.group(1)))
                .orElseThrow(() -> new IllegalArgumentException(key + " needs " + placeholder.group()));
    }

    /** Returns a text that depends on a number, which is also the value of its placeholder {@code {count}}. */
    public String plural(String key, int number, String... arguments) {
        var all = Stream.concat(Stream.of(arguments), Stream.of("count", Integer.toString(number)));
        return get(key + "." + pluralForm(number), all.toArray(String[]::new));
    }

    String pluralForm(int number) {
        return pluralForm.apply(number);
    }

    private static String oneOrOther(int number) {
        return number == 1 ? "one" : "other";
    }

    /** 1 bilet; 2, 3, 4, 22 bilety; 0, 5, 12, 21 biletów. */
    private static String polish(int number) {
        var unit = number % 10;
        var isTeen = number % 100 / 10 == 1;
        return number == 1 ? "one" : unit >= 2 && unit <= 4 && !isTeen ? "few" : "many";
    }

    /** Returns a label with its value, such as {@code Order: K7M2PQ9X}. */
    public String pair(String labelKey, String value) {
        return get("format.pair", "label", get(labelKey), "value", value);
    }

    /** Returns a date with its weekday, with a capital letter, as it stands by itself. */
    public String date(ZonedDateTime time) {
        var date = format("format.date", time);
        return date.substring(0, 1).toUpperCase(locale) + date.substring(1);
    }

    /** Returns a time of day with its time zone. */
    public String time(ZonedDateTime time) {
        return format("format.time", time);
    }

    private String format(String key, ZonedDateTime time) {
        return DateTimeFormatter.ofPattern(text(key), locale).format(time);
    }

    private String text(String key) {
        return Optional.ofNullable(texts.get(key))
                .orElseThrow(() -> new IllegalArgumentException("No text " + key + " in " + language));
    }
}
