package seatlock.support;

import java.util.Map;
import java.util.function.BooleanSupplier;

/** Where the tests have a server from. */
enum ServerSource {
    /** It runs already, at an address in the environment. */
    ENVIRONMENT,
    /** A container of its own, for this run. */
    DOCKER,
    /** The binaries in the jar. */
    EMBEDDED;

    /**
     * CI takes the embedded ones even where Docker runs: they are what ships, they need no registry, which may be slow,
     * away or out of free downloads, and every run has the same ones. {@code .ci/run} sets {@code CI}, as nearly every CI
     * system does; whoever sets it by hand has the embedded ones too.
     *
     * @param variable has the address, if there is one
     * @param dockerAnswers is asked only if it matters, since asking takes a moment
     */
    static ServerSource choose(String variable, Map<String, String> environment, BooleanSupplier dockerAnswers) {
        if (!environment.getOrDefault(variable, "").isBlank()) {
            return ENVIRONMENT;
        }
        var ci = environment.getOrDefault("CI", "").strip();
        var isCi = !ci.isEmpty() && !ci.equalsIgnoreCase("false") && !ci.equals("0");
        return !isCi && dockerAnswers.getAsBoolean() ? DOCKER : EMBEDDED;
    }
}
