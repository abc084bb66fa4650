package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.db.DatabaseUrl;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Whatever the reader of the settings accepts is connected to. */
@Tag("machines")
class AddressesTest {

    @TempDir
    private Path directory;

    private static int mails(Path home) {
        var files = home.resolve("mail").toFile().list((folder, name) -> name.endsWith(".eml"));
        return files == null ? 0 : files.length;
    }

    private static void buyAndAwaitMail(Jvm server, TestSystem system, Path home) {
        var api = new Api(server.url(), Jvm.published(home, "SEATLOCK_ADMIN_KEY"));
        var event = system.event(1).id();
        assertThat(api.buy(event, "S-A-1").status()).isEqualTo(200);
        Wait.until("the mail has arrived", () -> mails(home) == 1);
    }

    @Test
    void a_home_with_blanks_and_quotes_in_its_path_works() {
        var home = directory.resolve("a b 'c' #d %e");
        try (var server = Jvm.start(home, Map.of(), "all").awaitReady();
                var system = TestSystem.on(DatabaseUrl.parse(Jvm.published(home, "DATABASE_URL")))) {
            buyAndAwaitMail(server, system, home);
        }
    }

    @Test
    void servers_whose_names_have_underscores_and_databases_with_a_plus_are_reached() throws Exception {
        var home = directory.resolve("home");
        var hosts = Files.writeString(
                directory.resolve("hosts"), "127.0.0.1 localhost\n127.0.0.1 my_database\n127.0.0.1 my_redis\n");
        var url = Servers.newDatabase();
        var name = "a+b_" + ProcessHandle.current().pid();
        try (var connection = Servers.connect(url);
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE \"" + name + "\"");
        }
        var port = url.jdbc().replaceFirst(".*:([0-9]+)/.*", "$1");
        var address = "postgresql://" + url.user() + ":" + url.password() + "@my_database:" + port + "/" + name;
        try (var redis = Servers.newRedis()) {
            var redisUrl = redis.url().toString().replaceFirst("@[^:]+:", "@my_redis:");
            var settings = Map.of(
                    "JAVA_TOOL_OPTIONS",
                    "-Djdk.net.hosts.file=" + hosts,
                    "DATABASE_URL",
                    address,
                    "REDIS_URL",
                    redisUrl,
                    "SEATLOCK_ADMIN_KEY",
                    TestSystem.ADMIN_KEY);
            try (var server = Jvm.start(home, settings, "all").awaitReady();
                    var system = TestSystem.on(DatabaseUrl.parse(address.replace("my_database", "127.0.0.1")))) {
                buyAndAwaitMail(server, system, home);
            }
        } finally {
            try (var connection = Servers.connect(url);
                    var statement = connection.createStatement()) {
                statement.execute("DROP DATABASE \"" + name + "\" WITH (FORCE)");
            }
        }
    }
}
