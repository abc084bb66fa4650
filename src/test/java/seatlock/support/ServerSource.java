package seatlock.support;

import java.util.Map;
import java.util.function.BooleanSupplier;

/** The origin of a server for the tests. */
enum ServerSource {
    /** A running server, at an address in the environment. */
    ENVIRONMENT,
    /** A container, for this run. */
    DOCKER,
    /** The server in the jar. */
    EMBEDDED;

    /**
     * Chooses the origin of a server. CI uses the embedded servers even where Docker runs: they are the ones that ship, they are
     * the same in every run, and they need no registry. {@code .ci/run} sets {@code CI}, as nearly every CI system does.
     *
     * @param variable the environment variable with the address, if there is one
     * @param dockerAnswers called only if the result depends on it, since it takes time
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
