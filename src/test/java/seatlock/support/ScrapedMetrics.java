package seatlock.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The samples of one scrape of /metrics, parsed as Prometheus parses them. */
public record ScrapedMetrics(Map<String, Double> samples) {

    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final Pattern SAMPLE = Pattern.compile(
            "(" + NAME + "(?:\\{(?:" + NAME + "=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*})?) (NaN|[+-]Inf|[-+0-9.eE]+)");
    private static final Pattern COMMENT =
            Pattern.compile("# (?:HELP " + NAME + " .*|TYPE " + NAME + " (?:counter|gauge|histogram|summary|untyped))");

    /** Fails unless every line follows the text format and every series is unique. */
    public static ScrapedMetrics parse(String page) {
        var samples = new LinkedHashMap<String, Double>();
        page.lines().forEach(line -> {
            if (line.startsWith("#")) {
                assertThat(line).matches(COMMENT);
            } else {
                var sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                var value = sample.group(2).replace("Inf", "Infinity");
                assertThat(samples.put(sample.group(1), Double.valueOf(value)))
                        .as(line)
                        .isNull();
            }
        });
        assertThat(page).endsWith("\n");
        return new ScrapedMetrics(samples);
    }

    /** @param series name and labels as on the page
     *  @return its value; 0 if it does not exist */
    public double of(String series) {
        return samples.getOrDefault(series, 0.0);
    }

    public Set<String> names() {
        return samples.keySet().stream()
                .map(series -> series.replaceFirst("\\{.*", ""))
                .collect(Collectors.toSet());
    }
}
