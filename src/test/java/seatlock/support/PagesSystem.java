package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import seatlock.App;
import seatlock.Config;
import seatlock.db.DatabaseUrl;

/**
 * The whole program as a venue starts it, with workers, the sandbox and all pages, on a database and a Redis of its own; mails are files
 * in {@link #home}{@code /mail}.
 */
public final class PagesSystem implements AutoCloseable {

    public final Path home;
    public final DatabaseUrl database = Servers.newDatabase();
    private final RedisDatabase redis = Servers.newRedis();
    private final App app;
    public final Api api;

    public PagesSystem() {
        this(Map.of());
    }

    /** @param settings besides those that a test needs, or instead of them */
    public PagesSystem(Map<String, String> settings) {
        try {
            home = Files.createTempDirectory("seatlock-pages");
            var all = new HashMap<>(Map.of(
                    "DATABASE_URL", database.jdbc() + "?user=" + database.user() + "&password=" + database.password(),
                    "REDIS_URL", redis.url().toString(),
                    "SEATLOCK_HOME", home.toString(),
                    "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY,
                    "HOST", "localhost",
                    "PORT", "0",
                    "LIMITS", "off",
                    "PAYMENTS", "sandbox",
                    "INVARIANT_CHECK_INTERVAL", "PT0S"));
            all.putAll(settings);
            app = new App(Config.from(all), line -> {});
            app.start(App.Role.ALL, url -> {});
            api = new Api(app.url(), TestSystem.ADMIN_KEY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Config.Invalid e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns where the server is, without a slash at the end. */
    public String url() {
        return app.url();
    }

    @Override
    public void close() {
        app.close();
        redis.close();
    }
}
