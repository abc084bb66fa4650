package seatlock.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import seatlock.crypto.Sha256;

/**
 * The files of the pages, read from the jar once. They are served below a path that contains a hash of all of them, so that a browser
 * may keep them for ever, and modules find each other by relative paths.
 */
final class Assets {

    private static final String FOLDER = "web";

    /** Types by the end of a name. A file of another type is not served. */
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml",
            "wasm", "application/wasm",
            "txt", "text/plain;charset=utf-8");

    /** The form of all of our imports. */
    private static final Pattern IMPORT = Pattern.compile("^import .*from '([^']+)';$", Pattern.MULTILINE);

    private final Map<String, byte[]> files;
    private final String version;

    Assets() {
        this.files = read();
        var all = files.entrySet().stream()
                .flatMap(file -> Stream.of(file.getKey().getBytes(StandardCharsets.UTF_8), file.getValue()))
                .toArray(byte[][]::new);
        this.version = HexFormat.of().formatHex(Sha256.of(all), 0, 8);
    }

    /** Returns the files by their paths in the folder, which is in a jar, or in a directory while tests run. */
    private static Map<String, byte[]> read() {
        try {
            var place = Path.of(Assets.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isDirectory(place)) {
                return read(place.resolve(FOLDER));
            }
            try (var jar = FileSystems.newFileSystem(place)) {
                return read(jar.getPath(FOLDER));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, byte[]> read(Path folder) throws IOException {
        var files = new TreeMap<String, byte[]>();
        try (var paths = Files.walk(folder)) {
            for (var path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
                files.put(folder.relativize(path).toString().replace('\\', '/'), Files.readAllBytes(path));
            }
        }
        return files;
    }

    /** Returns the hash of all files. */
    String version() {
        return version;
    }

    /** Returns a file that browsers may fetch by itself; empty if there is none of that name, such as for a page. */
    Optional<byte[]> find(String name) {
        return type(name).map(type -> files.get(name));
    }

    /** Returns a module and all that it imports at once, itself or through others; not those that it imports when they are needed. */
    Set<String> withImports(String module) {
        var found = new LinkedHashSet<String>();
        addWithImports(module, found);
        return found;
    }

    private void addWithImports(String module, Set<String> found) {
        if (found.add(module)) {
            IMPORT.matcher(text(module))
                    .results()
                    .map(line -> Path.of(module).resolveSibling(line.group(1)).normalize())
                    .forEach(imported -> addWithImports(imported.toString().replace('\\', '/'), found));
        }
    }

    /** Returns the media type of a file, by the end of its name. */
    static Optional<String> type(String name) {
        return Optional.ofNullable(TYPES.get(name.substring(name.lastIndexOf('.') + 1)));
    }

    /** Returns a text that must exist, such as a page. */
    String text(String name) {
        return new String(files.get(name), StandardCharsets.UTF_8);
    }
}
