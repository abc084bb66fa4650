package seatlock.api;

import io.javalin.http.Context;
import java.time.Duration;
import org.eclipse.jetty.server.Request;
import seatlock.http.ClientAddress;
import seatlock.http.Health;
import seatlock.http.HttpProblem;
import seatlock.http.Problem;
import seatlock.limits.Limits;
import seatlock.limits.RateLimiter;
import seatlock.metrics.Metrics;

/**
 * Limits the rate of requests: per key if the request has a valid one, otherwise per address. Each response states how many
 * requests are left.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/">RateLimit header fields for HTTP</a>
 */
final class Throttle {

    private final RateLimiter limiter;
    private final RateLimiter.Policy perAddress;
    private final RateLimiter.Policy perKey;
    private final RateLimiter.Policy guesses;
    private final RateLimiter.Policy codeGuesses;
    private final ClientAddress clients;
    private final Access access;
    private final Metrics metrics;

    /** @param limits that are on */
    Throttle(Limits limits, RateLimiter limiter, ClientAddress clients, Access access, Metrics metrics) {
        this.limiter = limiter;
        this.perAddress = new RateLimiter.Policy("address", limits.requestsPerAddress());
        this.perKey = new RateLimiter.Policy("key", limits.requestsPerKey());
        this.guesses = new RateLimiter.Policy("guesses", Math.max(1, limits.requestsPerAddress() / 20));
        this.codeGuesses = new RateLimiter.Policy("code-guesses", guesses.requests());
        this.clients = clients;
        this.access = access;
        this.metrics = metrics;
    }

    /**
     * Runs before a key is looked up, so that an address that sent many invalid keys causes no further look-ups. Keys that
     * were recently valid are not affected.
     */
    void checkGuess(Context ctx) {
        if (!Health.PATHS.contains(ctx.path())
                && access.isUnverified(ctx)
                && limiter.isExhausted(guesses, clients.of(ctx))) {
            refuseUnlessGranted(guesses, limiter.take(guesses, clients.of(ctx)), "invalid keys");
        }
    }

    /** Refuses a request with a promotion code from an address that sent many wrong ones. */
    void checkCodeGuess(Context ctx) {
        var client = clients.of(ctx);
        if (limiter.isExhausted(codeGuesses, client)) {
            refuseUnlessGranted(codeGuesses, limiter.take(codeGuesses, client), "invalid codes");
        }
    }

    /** Counts a wrong promotion code against the address that sent it. */
    void countCodeGuess(Context ctx) {
        limiter.take(codeGuesses, clients.of(ctx));
    }

    /** Runs after the key was looked up. */
    void check(Context ctx) {
        if (Health.PATHS.contains(ctx.path()) || Routes.isNotice(ctx.path()) || Routes.isFileOfPages(ctx.path())) {
            return;
        }
        var key = access.key(ctx);
        if (access.isGuess(ctx)) {
            limiter.take(guesses, clients.of(ctx));
        }
        var policy = key.isPresent() ? perKey : perAddress;
        var subject = key.isPresent() ? key.get().id().toString() : clients.of(ctx);
        var grant = limiter.take(policy, subject);
        ctx.header(
                "RateLimit-Policy",
                "\"" + policy.name() + "\";q=" + policy.requests() + ";w=" + RateLimiter.WINDOW.toSeconds());
        ctx.header(
                "RateLimit",
                "\"" + policy.name() + "\";r=" + grant.remaining() + ";t="
                        + Math.min(wholeSeconds(grant.resetsIn()), RateLimiter.WINDOW.toSeconds()));
        refuseUnlessGranted(policy, grant, "requests");
    }

    /** Counts a request that does not reach a route against its address. @return whether it is within the limit */
    boolean admits(Request request) {
        var isGranted = clients.of(request)
                .map(client -> limiter.take(perAddress, client).isGranted())
                .orElse(true);
        if (!isGranted) {
            countRefusal(perAddress);
        }
        return isGranted;
    }

    private void countRefusal(RateLimiter.Policy policy) {
        var isOfRequests = policy == perAddress || policy == perKey;
        metrics.limitExceeded(
                isOfRequests ? "requests_per_" + policy.name() : policy.name().replace('-', '_') + "_per_address");
    }

    private void refuseUnlessGranted(RateLimiter.Policy policy, RateLimiter.Grant grant, String counted) {
        if (grant.isGranted()) {
            return;
        }
        var isKey = policy == perKey;
        countRefusal(policy);
        throw Problem.of(
                        HttpProblem.RATE_LIMITED,
                        (isKey ? "A key" : "An address") + " may send at most " + policy.requests() + " " + counted
                                + " per minute.")
                .retryAfter(grant.retryAfter())
                .refuse();
    }

    private static long wholeSeconds(Duration duration) {
        return duration.plusMillis(999).toSeconds();
    }
}
