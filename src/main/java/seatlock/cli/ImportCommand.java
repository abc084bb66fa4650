package seatlock.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import seatlock.contract.ConversionBodies.ConvertedPlanBody;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.plans.PlanFile;

@Command(
        name = "import",
        description = "Convert a seat plan, pretix's JSON or CSV, into the body of POST /api/events.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The body is printed to standard output; add the fields that the command names on standard error. CSV has the"
                    + " columns section, row, seat, and optionally price, accessible, companion, restricted_view, x and y."
        })
final class ImportCommand implements Callable<Integer> {

    /** More than a million seats in the format of pretix, without white space. */
    private static final long MAX_BYTES = 150_000_000;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The plan.")
    private Path file;

    @Option(
            names = "--price",
            paramLabel = "NAME=PRICE",
            description =
                    "Price of each seat of a category (pretix) or section (CSV) in minor units, such as VIP=4500. Can be repeated.")
    private Map<String, Long> prices = Map.of();

    @Override
    public Integer call() throws IOException {
        return run(file, prices, System.out, spec.commandLine().getErr()::println);
    }

    /** @return the exit status */
    static int run(Path file, Map<String, Long> prices, OutputStream output, Consumer<String> errors)
            throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            errors.accept("seatlock: " + file + " is not a file of at most " + MAX_BYTES + " bytes.");
            return 1;
        }
        try {
            var converted = PlanFile.convert(Files.readAllBytes(file), prices);
            var body = ConvertedPlanBody.of(converted);
            var event = new LinkedHashMap<String, Object>();
            converted.name().ifPresent(name -> event.put("name", name));
            event.put("sections", body.sections());
            output.write(Json.write(event)); // UTF-8, whatever the charset of the terminal is
            output.write('\n');
            output.flush();
            body.warnings().forEach(each -> errors.accept("Warning: " + line(each.field(), each.message())));
            errors.accept(String.format(
                    Locale.ROOT,
                    "%,d seats in %,d sections. Still to be added: %s",
                    converted.plan().capacity(),
                    body.sections().size(),
                    String.join(", ", body.missing())));
            return 0;
        } catch (Problem.Refused e) {
            lines(e.problem()).forEach(line -> errors.accept("seatlock: " + file + ": " + line));
            return 1;
        }
    }

    /** Returns the errors of a problem, or its detail if it has none. */
    private static List<String> lines(Problem problem) {
        var lines = new ArrayList<String>();
        if (problem.members().get("errors") instanceof List<?> all) {
            for (var each : all) {
                if (each instanceof Problem.FieldError error) {
                    lines.add(line(error.field(), error.message()));
                }
            }
        }
        return lines.isEmpty() ? List.of(problem.detail().replace("The body ", "The file ")) : lines;
    }

    private static String line(String field, String message) {
        return field.isEmpty() ? "The plan " + message : field + ": " + message;
    }
}
