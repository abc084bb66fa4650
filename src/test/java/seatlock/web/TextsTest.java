package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts of the pages. */
class TextsTest {

    private static final Path WEB = Path.of("src/main/resources/web");

    /** The forms that a language distinguishes for whole numbers (CLDR), besides {@code other}. */
    private static final Map<String, Set<String>> FORMS = Map.of(
            "pl",
            Set.of("one", "few", "many"),
            "es",
            Set.of("one", "many"),
            "fr",
            Set.of("one", "many"),
            "it",
            Set.of("one", "many"));

    private static JsonNode read(String language) throws IOException {
        return new ObjectMapper()
                .readTree(WEB.resolve("texts/" + language + ".json").toFile());
    }

    private static Map<String, JsonNode> texts(JsonNode node, String name, Map<String, JsonNode> into) {
        if (node.isObject() && !node.has("other")) {
            node.properties().forEach(each -> texts(each.getValue(), name + "." + each.getKey(), into));
        } else {
            into.put(name.substring(1), node);
        }
        return into;
    }

    private static Set<String> placeholders(JsonNode text) {
        var names = new TreeSet<String>();
        Pattern.compile("\\{(\\w+)}").matcher(text.toString()).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    @ParameterizedTest
    @ValueSource(strings = {"de", "es", "fr", "it", "nl", "pl"})
    void every_language_has_every_text_with_the_same_values(String language) throws IOException {
        var english = texts(read("en"), "", new TreeMap<>());
        var others = texts(read(language), "", new TreeMap<>());

        assertThat(others.keySet()).isEqualTo(english.keySet());
        english.forEach((name, text) -> {
            var other = others.get(name);
            assertThat(other.isObject()).as(name).isEqualTo(text.isObject());
            assertThat(placeholders(other)).as(name).isEqualTo(placeholders(text));
            if (other.isObject()) {
                var forms = new TreeSet<String>();
                other.fieldNames().forEachRemaining(forms::add);
                var optional = Set.of("many"); // for a million and more, where a language uses it for nothing else
                var needed = new TreeSet<>(FORMS.getOrDefault(language, Set.of("one")));
                if (!language.equals("pl")) {
                    needed.removeAll(optional);
                    forms.removeAll(optional);
                }
                needed.add("other");
                assertThat(forms).as(name).isEqualTo(needed);
            }
        });
    }

    /** A text is named in a script as a whole, or its name begins there and ends with a value. */
    @Test
    void every_text_that_a_page_names_exists() throws IOException {
        var names = texts(read("en"), "", new TreeMap<>()).keySet();
        var used = Pattern.compile("\\bt\\('([\\w.-]+)'");
        var begun = Pattern.compile("\\bt\\(`([\\w.-]+)\\$\\{");
        var missing = new ArrayList<String>();
        try (var files = Files.walk(WEB)) {
            for (var file : files.filter(each -> each.toString().endsWith(".js"))
                    .filter(each -> !each.startsWith(WEB.resolve("vendor")))
                    .map(Path::toFile)
                    .toArray(File[]::new)) {
                var script = Files.readString(file.toPath());
                used.matcher(script)
                        .results()
                        .map(found -> found.group(1))
                        .filter(name -> !names.contains(name))
                        .forEach(missing::add);
                begun.matcher(script)
                        .results()
                        .map(found -> found.group(1))
                        .filter(prefix -> names.stream().noneMatch(name -> name.startsWith(prefix)))
                        .forEach(missing::add);
            }
        }
        assertThat(missing).isEmpty();
    }
}
