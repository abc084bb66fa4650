package seatlock.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A file of YAML as a tree, with what is referred to in its place. (Jackson's own reader takes an alias for a text.) */
public final class YamlFile {

    private YamlFile() {}

    /** Fails unless the file is YAML, and no key is there twice. */
    public static JsonNode read(String file) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (var reader = Files.newBufferedReader(Path.of(file))) {
            return new ObjectMapper().valueToTree(new Yaml(new SafeConstructor(options)).load(reader));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
