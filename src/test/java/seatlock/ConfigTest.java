package seatlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.db.DatabaseUrl;
import seatlock.limits.Limits;
import seatlock.logging.Logging;
import seatlock.net.ServerUrl;
import seatlock.sales.Payments.LatePolicy;
import seatlock.support.Settings;

class ConfigTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef";

    private static Config.Host host(String... environment) throws Config.Invalid {
        var settings = new HashMap<String, String>();
        for (int i = 0; i < environment.length; i += 2) {
            settings.put(environment[i], environment[i + 1]);
        }
        return Config.from(settings).host();
    }

    @Test
    void a_server_on_an_embedded_database_listens_on_the_loopback_address_only() throws Exception {
        var database = "postgresql://u:p@db:5432/shop";

        assertThat(host().address().isLoopbackAddress()).isTrue();
        assertThat(host("REDIS_URL", "redis://cache").address().isLoopbackAddress())
                .isTrue();
        assertThat(host("DATABASE_URL", database).address().isAnyLocalAddress()).isTrue();
        assertThat(host("DATABASE_URL", database, "HOST", "127.0.0.1").address().isLoopbackAddress())
                .isTrue();
        assertThat(host("HOST", "0.0.0.0").address().isAnyLocalAddress()).isTrue();
    }

    /** A client on the same machine can use the URL. */
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,http://127.0.0.1:80",
        "localhost,http://127.0.0.1:80",
        "::1,http://[::1]:80",
        "0.0.0.0,http://127.0.0.1:80",
        "::,http://127.0.0.1:80",
        "'',http://127.0.0.1:80"
    })
    void the_url_is_right_for_the_host(String host, String url) throws Config.Invalid {
        assertThat(host("HOST", host).url(80)).isEqualTo(url);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1", "no-such-host.invalid", "127.0.0.1:8080", "http://localhost", "1.2.3.4.5", "two words"})
    void a_host_on_which_this_machine_cannot_listen_is_invalid(String host) {
        assertThat(catchThrowable(() -> host("HOST", host)))
                .isInstanceOf(Config.Invalid.class)
                .hasMessageContaining("HOST: got \"" + host + "\", must be an address or name of this machine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "0123456789abcdef0123456789abcde",
                "0123456789abcdef 0123456789abcdef",
                "0123456789abcdef0123456789abcdeé"
            })
    void a_weak_admin_key_is_refused_with_a_way_to_make_one(String key) {
        assertThat(catchThrowable(() -> Config.from(Map.of("SEATLOCK_ADMIN_KEY", key))))
                .isInstanceOf(Config.Invalid.class)
                .hasMessageContaining("SEATLOCK_ADMIN_KEY: got a value of " + key.length() + " character")
                .hasMessageContaining("at least 32 visible ASCII characters")
                .hasMessageContaining("openssl rand -hex 32");
    }

    @Test
    void every_setting_has_a_default() throws Config.Invalid {
        var config = Config.from(Map.of());

        assertThat(config.port()).isEmpty();
        assertThat(config.home()).isEqualTo(Path.of("data"));
        assertThat(config.database()).isEmpty();
        assertThat(config.redis()).isEmpty();
        assertThat(config.adminKey()).isEmpty();
        assertThat(config.reservationTtl()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.sweepInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.invariantCheckInterval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.keepAlive()).isEqualTo(Duration.ofSeconds(75));
        assertThat(config.limits()).isEqualTo(Limits.DEFAULT);
        assertThat(config.corsOrigins()).isEmpty();
        assertThat(config.logging()).isEqualTo(Logging.DEFAULT);
        assertThat(config.payments().window()).isEqualTo(Duration.ofMinutes(30));
        assertThat(config.payments().late()).isEqualTo(LatePolicy.REACQUIRE);
        assertThat(config.payments().stripeBase()).isEqualTo(URI.create("https://api.stripe.com"));
    }

    /** Nobody should sell for pretended money because a setting was forgotten. */
    @ParameterizedTest
    @CsvSource({
        "'','',SANDBOX",
        "'',none,NONE",
        "postgresql://u:p@db:5432/shop,'',NONE",
        "postgresql://u:p@db:5432/shop,none,NONE",
        "postgresql://u:p@db:5432/shop,sandbox,SANDBOX"
    })
    void only_an_embedded_database_sells_for_pretended_money_unasked(
            String database, String provider, PaymentSettings.Provider expected) throws Config.Invalid {
        var config = Config.from(Map.of("DATABASE_URL", database, "PAYMENTS", provider));

        assertThat(config.payments().provider()).isEqualTo(expected);
    }

    @Test
    void payments_through_stripe_are_set_up() throws Config.Invalid {
        var payments = Config.from(Map.of(
                        "PAYMENTS", "stripe",
                        "PAYMENT_TTL", "PT45M",
                        "LATE_PAYMENT", "RELEASE",
                        "STRIPE_API_KEY", "sk_test_0123456789",
                        "STRIPE_NOTICE_SECRETS", "whsec_new_secret, whsec_old_secret",
                        "STRIPE_API_BASE", "http://127.0.0.1:12111/"))
                .payments();

        assertThat(payments)
                .isEqualTo(new PaymentSettings(
                        PaymentSettings.Provider.STRIPE,
                        Duration.ofMinutes(45),
                        LatePolicy.RELEASE,
                        Optional.of("sk_test_0123456789"),
                        List.of("whsec_new_secret", "whsec_old_secret"),
                        URI.create("http://127.0.0.1:12111")));
    }

    @Test
    void stripe_without_its_secrets_is_refused_with_the_names_of_both() {
        for (var given :
                List.of(Map.<String, String>of(), Map.of("STRIPE_API_KEY", " ", "STRIPE_NOTICE_SECRETS", ""))) {
            var environment = new HashMap<>(given);
            environment.put("PAYMENTS", "stripe");
            assertThat(catchThrowable(() -> Config.from(environment)))
                    .isInstanceOf(Config.Invalid.class)
                    .hasMessageContaining("STRIPE_API_KEY: must be set, because PAYMENTS is stripe")
                    .hasMessageContaining("STRIPE_NOTICE_SECRETS: must be set, because PAYMENTS is stripe");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "STRIPE_API_KEY | sk hunter2",
                "STRIPE_API_KEY | hunter2",
                "STRIPE_API_KEY | sk_live_hunter2é",
                "STRIPE_NOTICE_SECRETS | hunter2",
                "STRIPE_NOTICE_SECRETS | whsec_hunter2,",
                "STRIPE_NOTICE_SECRETS | whsec_hunter2,,whsec_another",
                "STRIPE_NOTICE_SECRETS | whsec_hunter2 whsec_another"
            })
    void a_secret_of_stripe_is_refused_without_its_value(String name, String value) {
        assertThat(catchThrowable(() -> Config.from(Map.of(name, value))))
                .isInstanceOf(Config.Invalid.class)
                .hasMessageContaining(name + ": got a value of " + value.length() + " characters, must be ")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void the_documentation_lists_every_setting_and_no_other() throws IOException {
        var operations = Files.readString(Path.of("src/docs/operations.md"));
        var table = operations.substring(operations.indexOf("## Settings"), operations.indexOf("## Metrics"));

        var listed = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\|").matcher(table).results();

        assertThat(listed.map(match -> match.group(1))).containsExactlyInAnyOrderElementsOf(Settings.names());
    }

    @Test
    void limits_are_set_one_by_one_or_switched_off_together() throws Config.Invalid {
        var few = Config.from(Map.of("LIMIT_SEATS_PER_EMAIL", "4", "LIMIT_HEADER_BYTES", "4096"))
                .limits();
        var off = Config.from(Map.of("LIMITS", "off")).limits();

        assertThat(few.seatsPerEmail()).isEqualTo(4);
        assertThat(few.headerBytes()).isEqualTo(4096);
        assertThat(few.pendingPerEmail()).isEqualTo(Limits.DEFAULT.pendingPerEmail());
        assertThat(off).isEqualTo(Limits.OFF);
    }

    @Test
    void origins_are_a_comma_separated_list() throws Config.Invalid {
        assertThat(Config.from(
                                Map.of(
                                        "CORS_ORIGINS",
                                        "https://a.example, http://localhost:3000, http://[::1]:3000, http://my_shop, capacitor://localhost"))
                        .corsOrigins())
                .containsExactlyInAnyOrder(
                        "https://a.example",
                        "http://localhost:3000",
                        "http://[::1]:3000",
                        "http://my_shop",
                        "capacitor://localhost");
    }

    @ParameterizedTest
    @CsvSource({
        "https://tickets.example,https://tickets.example,''",
        "https://tickets.example/,https://tickets.example,''",
        "http://[::1]:8080/box/,http://[::1]:8080/box,/box",
        "https://my_proxy/a.b/c-1,https://my_proxy/a.b/c-1,/a.b/c-1"
    })
    void the_public_url_has_no_slash_at_the_end(String text, String base, String path) throws Config.Invalid {
        var url = Config.from(Map.of("PUBLIC_URL", text)).publicUrl();

        assertThat(url.base()).isEqualTo(base);
        assertThat(url.path()).isEqualTo(path);
    }

    @Test
    void settings_are_read_and_empty_ones_count_as_unset() throws Config.Invalid {
        var config = Config.from(Map.of(
                "PORT", "0",
                "SEATLOCK_HOME", "/srv/seatlock",
                "DATABASE_URL", "postgresql://u:p@db:5432/shop",
                "REDIS_URL", "redis://:p@cache",
                "SEATLOCK_ADMIN_KEY", KEY,
                "RESERVATION_TTL", "PT90S",
                "SWEEP_INTERVAL", "",
                "INVARIANT_CHECK_INTERVAL", "PT0S",
                "LOG_LEVEL", "warn",
                "LOG_REQUESTS", "on"));

        assertThat(config.port()).contains(0);
        assertThat(config.invariantCheckInterval()).isZero();
        assertThat(config.logging()).isEqualTo(new Logging(Logging.Format.TEXT, Logging.Verbosity.WARN, true));
        assertThat(config.database()).contains(new DatabaseUrl("jdbc:postgresql://db:5432/shop", "u", "p"));
        assertThat(config.redis().orElseThrow()).hasHost("cache");
        assertThat(config.reservationTtl()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config.sweepInterval()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void all_invalid_settings_are_reported_at_once_without_secrets() {
        var environment = new HashMap<String, String>();
        environment.put("PORT", "eighty");
        environment.put("HOST", "no host");
        environment.put("DATABASE_URL", "mysql://root:hunter2@db/shop");
        environment.put("REDIS_URL", "localhost:6379");
        environment.put("SMTP_URL", "mailhost:25");
        environment.put("MAIL_FROM", "nobody");
        environment.put("WORKERS", "0");
        environment.put("SEATLOCK_ADMIN_KEY", "pass word");
        environment.put("RESERVATION_TTL", "10m");
        environment.put("SWEEP_INTERVAL", "PT2H");
        environment.put("INVARIANT_CHECK_INTERVAL", "never");
        environment.put("RETENTION", "PT90D");
        environment.put("PAYMENTS", "Stripe");
        environment.put("PAYMENT_TTL", "30");
        environment.put("LATE_PAYMENT", "KEEP");
        environment.put("STRIPE_API_BASE", "api.stripe.com");
        environment.put("LIMITS", "some");
        environment.put("LIMIT_REQUESTS_PER_ADDRESS", "0");
        environment.put("LIMIT_BODY_BYTES", "1MB");
        environment.put("TRUSTED_PROXIES", "proxy.internal");
        environment.put("CORS_ORIGINS", "https://shop.example/");
        environment.put("LOG_FORMAT", "xml");
        environment.put("LOG_LEVEL", "loud");
        environment.put("LOG_REQUESTS", "yes");

        var invalid = catchThrowable(() -> Config.from(environment));

        assertThat(invalid).isInstanceOf(Config.Invalid.class);
        assertThat(invalid.getMessage())
                .contains(
                        "PORT: got \"eighty\", must be a port",
                        "HOST: got \"no host\", must be an address",
                        "DATABASE_URL: got a value of 28 characters, must be postgresql://",
                        "REDIS_URL: ",
                        "SMTP_URL: ",
                        "MAIL_FROM: got \"nobody\"",
                        "WORKERS: got \"0\", must be from 1 to 64",
                        "SEATLOCK_ADMIN_KEY: ",
                        "RESERVATION_TTL: got \"10m\", must be a duration from PT0.1S to P7D",
                        "SWEEP_INTERVAL: got \"PT2H\", must be a duration from PT0.1S to PT1H",
                        "INVARIANT_CHECK_INTERVAL: got \"never\", must be a duration from PT0S to P1D",
                        "RETENTION: got \"PT90D\", must be a period from P0D to P100Y",
                        "PAYMENTS: got \"Stripe\", must be none, sandbox or stripe",
                        "PAYMENT_TTL: got \"30\", must be a duration from PT1S to P1D",
                        "LATE_PAYMENT: got \"KEEP\", must be REACQUIRE or RELEASE",
                        "STRIPE_API_BASE: got \"api.stripe.com\", must be a URL such as https://api.stripe.com",
                        "LIMITS: got \"some\", must be on or off",
                        "LIMIT_REQUESTS_PER_ADDRESS: got \"0\", must be from 1 to 1000000000",
                        "LIMIT_BODY_BYTES: got \"1MB\", must be from 1024 to 10000000",
                        "TRUSTED_PROXIES: got \"proxy.internal\", must be addresses or networks",
                        "CORS_ORIGINS: got \"https://shop.example/\", must be origins",
                        "LOG_FORMAT: got \"xml\", must be text or json",
                        "LOG_LEVEL: got \"loud\", must be trace, debug, info, warn or error",
                        "LOG_REQUESTS: got \"yes\", must be on or off")
                .doesNotContain("hunter2", "pass word");
    }

    @Test
    void personal_data_is_kept_unless_a_retention_is_set() throws Config.Invalid {
        assertThat(Config.from(Map.of()).retention()).isEmpty();
        assertThat(Config.from(Map.of("RETENTION", "P90D")).retention()).contains(Period.ofDays(90));
        assertThat(Config.from(Map.of("RETENTION", "P1Y6M")).retention()).contains(Period.of(1, 6, 0));
        for (var bad : List.of("90", "P-1D", "P101Y", "PT1H", "P3000000000D")) {
            assertThat(catchThrowable(() -> Config.from(Map.of("RETENTION", bad))))
                    .as(bad)
                    .isInstanceOf(Config.Invalid.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "redis://cache,redis://cache:6379",
        "redis://:secret@cache,redis://:secret@cache:6379",
        "rediss://u:p@cache:7000/2,rediss://u:p@cache:7000/2"
    })
    void the_port_of_redis_is_optional(String text, String expected) throws Config.Invalid {
        assertThat(Config.from(Map.of("REDIS_URL", text)).redis()).hasValue(URI.create(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "REDIS_URL,redis://secret@cache:1",
        "REDIS_URL,redis://cache/abc",
        "REDIS_URL,http://cache",
        "PORT,-1",
        "PORT,65536",
        "RESERVATION_TTL,PT0S",
        "RESERVATION_TTL,P8D",
        "RESERVATION_TTL,-PT1M",
        "PUBLIC_URL,tickets.example/box",
        "PUBLIC_URL,/box",
        "PUBLIC_URL,ftp://tickets.example",
        "PUBLIC_URL,https:///box",
        "PUBLIC_URL,https://u:p@tickets.example/box",
        "PUBLIC_URL,https://tickets.example/box?a=b",
        "PUBLIC_URL,https://tickets.example/box#a",
        "PUBLIC_URL,https://tickets.example/a//b",
        "PUBLIC_URL,https://tickets.example/../box",
        "PUBLIC_URL,https://tickets.example/b%22x",
        "KEEP_ALIVE,PT0.9S",
        "KEEP_ALIVE,PT2H0.1S",
        "PAYMENT_TTL,PT0.9S",
        "PAYMENT_TTL,P1DT0.1S",
        "PAYMENTS,STRIPE",
        "LATE_PAYMENT,release",
        "STRIPE_API_BASE,https://u:p@api.stripe.com"
    })
    void a_value_out_of_range_is_invalid(String name, String value) {
        assertThat(catchThrowable(() -> Config.from(Map.of(name, value)))).isInstanceOf(Config.Invalid.class);
    }

    @ParameterizedTest
    @CsvSource({
        "redis://my_redis,,,my_redis,6379",
        "redis://[::1]/3,,,::1,6379",
        "redis://[::1]:7000,,,::1,7000",
        "redis://us%40er:p%3Aa%2Fb+%25@cache:1,us@er,p:a/b+%,cache,1",
        "smtp://my_mail,,,my_mail,-1",
        "smtp://[2001:db8::1]:587,,,2001:db8::1,587",
        "smtp://ada%40example.org:p%40ss@mail:25,ada@example.org,p@ss,mail,25",
        "smtps://ada@example.org:p+w@my_mail,ada@example.org,p+w,my_mail,-1"
    })
    void the_parts_of_a_url_are_read_alike(String text, String user, String password, String host, int port)
            throws Config.Invalid {
        var config = Config.from(Map.of(text.startsWith("redis") ? "REDIS_URL" : "SMTP_URL", text));

        var server = ServerUrl.of(config.redis().or(config::smtp).orElseThrow());

        assertThat(server.user()).isEqualTo(user);
        assertThat(server.password()).isEqualTo(password);
        assertThat(server.host()).isEqualTo(host);
        assertThat(server.port()).isEqualTo(port);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "REDIS_URL redis://hunter2@cache a_user_without_a_password",
                "REDIS_URL redis://u:hunter2@a,b several_hosts",
                "REDIS_URL redis://u:hunter2@cache/one a_number",
                "REDIS_URL redis://u:hunter2@cache:70000 the_port_must_be",
                "REDIS_URL redis://u:hunter2@[::1 cannot_contain",
                "SMTP_URL smtp://u:hun|ter2@mail percent-encode",
                "SMTP_URL smtp://u:25/hunter2@mail %2F_for_/",
                "SMTP_URL smtp://u:hunter2@ must_name_a_host",
                "SMTP_URL http://u:hunter2@mail does_not_begin_with_smtp://",
                "SMTP_URL smtp://hunter2@mail a_user_without_a_password",
                "SMTP_URL smtp://:hunter2@mail a_password_without_a_user",
                "SMTP_URL smtp://mail/hunter2 a_path",
                "DATABASE_URL postgresql://u:hunter2@h names_no_database",
                "DATABASE_URL postgresql://u:1#hunter2@h/db %23_for_#",
                "MIGRATION_DATABASE_URL postgresql://u:hunter2@h:x/db may_name_a_port"
            })
    void a_url_is_refused_with_the_reason_and_without_the_password(String name, String text, String reason) {
        assertThat(catchThrowable(() -> Config.from(Map.of(name, text))))
                .isInstanceOf(Config.Invalid.class)
                .hasMessageContaining(name + ": got a value of " + text.length())
                .hasMessageContaining(reason.replace('_', ' '))
                .hasMessageNotContaining("hunter2")
                .hasMessageNotContaining("ter2");
    }

    static Stream<Arguments> databaseUrls() {
        return Stream.of(
                arguments("postgres://u:p%40ss+w@h/db", new DatabaseUrl("jdbc:postgresql://h/db", "u", "p@ss+w")),
                arguments(
                        "postgresql://u@h1:5432,h2:5433/db?targetServerType=primary",
                        new DatabaseUrl("jdbc:postgresql://h1:5432,h2:5433/db?targetServerType=primary", "u", null)),
                arguments(
                        "postgresql://h/db?sslmode=require",
                        new DatabaseUrl("jdbc:postgresql://h/db?sslmode=require", null, null)),
                arguments(
                        "postgresql://a%40b:p@my_db:5432/a+b%20c",
                        new DatabaseUrl("jdbc:postgresql://my_db:5432/a%2Bb%20c", "a@b", "p")),
                arguments("postgresql://u:p@[::1]:1/db", new DatabaseUrl("jdbc:postgresql://[::1]:1/db", "u", "p")),
                arguments(
                        "jdbc:postgresql://h:1/db?user=u&password=p",
                        new DatabaseUrl("jdbc:postgresql://h:1/db?user=u&password=p", null, null)));
    }

    @ParameterizedTest
    @MethodSource("databaseUrls")
    void a_database_url_has_one_of_two_forms(String text, DatabaseUrl expected) {
        assertThat(DatabaseUrl.parse(text)).isEqualTo(expected);
        assertThat(expected.toString()).doesNotContain("password=p");
    }
}
