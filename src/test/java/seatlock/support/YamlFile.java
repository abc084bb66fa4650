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

/** Reads a YAML file as a tree with its aliases resolved. (Jackson's own reader takes an alias for text.) */
public final class YamlFile {

    private YamlFile() {}

    /** Fails unless the file is valid YAML without duplicate keys. */
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
