package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.access.Secret;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The life of a key. Who may do what with it is in {@link AccessMatrixTest}. */
class ApiKeysTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private Api.Answer create(String json) {
        return api.send(Api.post(api.asAdmin(api.request("/api/keys")), json));
    }

    private Api.Answer rotate(String id, String json) {
        return api.send(Api.post(api.asAdmin(api.request("/api/keys/" + id + "/rotate")), json));
    }

    private Api.Answer revoke(String id) {
        return api.send(api.asAdmin(api.request("/api/keys/" + id)).method("DELETE", BodyPublishers.noBody()));
    }

    /** A key that may read them can list the keys. */
    private static int use(Api api, String key) {
        return api.get("/api/keys?limit=1", key).status();
    }

    @Test
    void a_key_is_shown_once_and_lies_nowhere() {
        var event = system.event(1);
        var made = create("{\"role\":\"gate\",\"name\":\"north\",\"events\":[\"" + event.id() + "\"]}");

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        var id = made.json().get("id").asText();
        var key = made.json().get("key").asText();
        assertThat(key).matches("seatlock_[0-9a-f]{32}_[0-9a-f]{72}");
        assertThat(made.json().get("events").get(0).asText())
                .isEqualTo(event.id().toString());

        var rows = system.query("SELECT api_keys::text AS line FROM api_keys", row -> row.text("line"));
        var secret = key.substring(42, 106);
        assertThat(String.join("\n", rows)).contains(id).doesNotContain(secret).doesNotContain(key);
        var listed = api.get("/api/keys?limit=1000", TestSystem.ADMIN_KEY).text();
        assertThat(listed).contains(id).doesNotContain(secret);
        var hash = system.query(
                "SELECT encode(secret_hash, 'hex') AS hash FROM api_keys WHERE key_id = ?",
                row -> row.text("hash"),
                UUID.fromString(id));
        assertThat(hash).containsExactly(sha256(HexFormat.of().parseHex(secret)));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_key_with_one_wrong_character_is_none_and_the_database_is_not_asked() {
        var key = create("{\"role\":\"admin\",\"name\":\"typo\"}")
                .json()
                .get("key")
                .asText();

        for (int i = 0; i < key.length(); i++) {
            var wrong = key.substring(0, i) + (key.charAt(i) == 'a' ? 'b' : 'a') + key.substring(i + 1);
            assertThat(Secret.parse(wrong)).as(wrong).isEmpty();
        }
        assertThat(Secret.parse(key)).isPresent();
        assertThat(Secret.parse(key).get().reveal()).isEqualTo(key);
        assertThat(Secret.parse(key).get().toString()).doesNotContain(key.substring(42));
    }

    /** The id of one key with the secret of another. */
    @Test
    void a_key_with_the_secret_of_another_is_refused_also_while_the_other_is_remembered() {
        var one = system.database.inTransaction(tx -> new ApiKeys().create(tx, Role.ADMIN, "one", Set.of(), null));
        var other = system.database.inTransaction(tx -> new ApiKeys().create(tx, Role.ADMIN, "other", Set.of(), null));
        var crossed =
                one.secret().reveal().substring(0, 42) + other.secret().reveal().substring(42, 106);
        var crc = new CRC32();
        crc.update(crossed.getBytes(StandardCharsets.US_ASCII));
        var forged = crossed + HexFormat.of().toHexDigits((int) crc.getValue());

        assertThat(Secret.parse(forged)).isPresent();
        assertThat(use(api, one.secret().reveal())).isEqualTo(200);
        assertThat(use(api, forged)).isEqualTo(401);
        assertThat(use(api, one.secret().reveal())).isEqualTo(200);
    }

    @Test
    void a_revoked_key_is_refused_at_once_here_and_soon_on_another_node() {
        try (var node = system.anotherNode()) {
            var there = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);
            var made = create("{\"role\":\"admin\",\"name\":\"leaked\"}").json();
            var key = made.get("key").asText();
            assertThat(use(api, key)).isEqualTo(200);
            assertThat(use(there, key)).isEqualTo(200);

            assertThat(revoke(made.get("id").asText()).status()).isEqualTo(204);

            assertThat(use(api, key)).isEqualTo(401);
            Wait.until("the node has heard of it", () -> use(there, key) == 401);
            assertThat(revoke(made.get("id").asText()).status()).isEqualTo(204);
        }
        assertThat(revoke(UUID.randomUUID().toString()).outcome()).isEqualTo("404 not-found");
    }

    @Test
    void a_key_that_was_replaced_is_good_for_the_overlap_and_the_new_one_may_do_the_same() {
        var event = system.event(1);
        var made = create("{\"role\":\"sales\",\"name\":\"shop\",\"events\":[\"" + event.id() + "\"]}")
                .json();
        var old = made.get("key").asText();
        var reservation = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var path = Api.path(event.id(), reservation);

        var rotated = rotate(made.get("id").asText(), "{}").json();

        assertThat(rotated.get("id")).isNotEqualTo(made.get("id"));
        assertThat(rotated.get("role").asText()).isEqualTo("sales");
        assertThat(rotated.get("name").asText()).isEqualTo("shop");
        assertThat(rotated.get("events")).isEqualTo(made.get("events"));
        assertThat(api.get(path, old).status()).isEqualTo(200);
        assertThat(api.get(path, rotated.get("key").asText()).status()).isEqualTo(200);

        system.update(
                "UPDATE api_keys SET created_at = created_at - interval '2 hours',"
                        + " expires_at = expires_at - interval '2 hours' WHERE key_id = ?",
                UUID.fromString(made.get("id").asText()));
        Wait.until("the node has heard of it", () -> api.get(path, old).status() == 404);
        assertThat(rotate(made.get("id").asText(), "{}").outcome()).isEqualTo("404 not-found");
        assertThat(rotate(rotated.get("id").asText(), "{\"overlap\":\"PT0S\"}").status())
                .isEqualTo(201);
        assertThat(api.get(path, rotated.get("key").asText()).status()).isEqualTo(404);
    }

    @Test
    void its_last_use_is_noted_to_the_minute() {
        var made = create("{\"role\":\"admin\",\"name\":\"busy\"}").json();
        var id = UUID.fromString(made.get("id").asText());
        assertThat(lastUse(id)).isNull();

        use(api, made.get("key").asText());

        var first = lastUse(id);
        assertThat(first).isNotNull();
        system.update(
                "UPDATE api_keys SET created_at = created_at - interval '1 hour',"
                        + " last_used_at = last_used_at - interval '2 minutes' WHERE key_id = ?",
                id);
        Wait.until("the node has heard of it", () -> {
            use(api, made.get("key").asText());
            return lastUse(id).compareTo(first) >= 0;
        });
    }

    private String lastUse(UUID id) {
        return system.query("SELECT last_used_at::text AS at FROM api_keys WHERE key_id = ?", row -> row.text("at"), id)
                .get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"role\":\"owner\",\"name\":\"n\"}                               | 422 invalid-request",
                "{\"role\":\"GATE\",\"name\":\"n\"}                                | 422 invalid-request",
                "{\"name\":\"n\"}                                                  | 422 invalid-request",
                "{\"role\":\"gate\"}                                               | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"\"}                                 | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"a\\u0000b\"}                        | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"n\",\"events\":[]}                  | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"n\",\"events\":[null]}              | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"n\",\"events\":[\"x\"]}             | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"n\",\"events\":[\"00000000-0000-0000-0000-000000000000\"]} | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"n\",\"expiresAt\":\"2001-01-01T00:00:00Z\"} | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"n\",\"expiresAt\":\"tomorrow\"}     | 422 invalid-request",
                "{\"role\":\"gate\",\"name\":\"n\",\"secret\":\"mine\"}            | 422 invalid-request",
                "{\"role\":\"gate\",                                               | 400 malformed-request"
            })
    void a_bad_request_makes_no_key(String json, String outcome) {
        assertThat(create(json).outcome()).isEqualTo(outcome);
    }

    @Test
    void a_key_is_for_no_more_events_than_a_hundred_and_for_each_once() {
        var ids = IntStream.range(0, 101)
                .mapToObj(i -> "\"" + UUID.randomUUID() + "\"")
                .collect(Collectors.joining(","));
        assertThat(create("{\"role\":\"gate\",\"name\":\"n\",\"events\":[" + ids + "]}")
                        .outcome())
                .isEqualTo("422 invalid-request");
        var event = system.event(1).id();
        assertThat(create("{\"role\":\"gate\",\"name\":\"n\",\"events\":[\"" + event + "\",\"" + event + "\"]}")
                        .outcome())
                .isEqualTo("422 invalid-request");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"overlap\":\"P31D\"}", "{\"overlap\":\"-PT1S\"}", "{\"overlap\":\"soon\"}", "{\"for\":1}"})
    void a_bad_overlap_rotates_nothing(String json) {
        var made = create("{\"role\":\"gate\",\"name\":\"n\"}").json();
        assertThat(rotate(made.get("id").asText(), json).outcome()).isEqualTo("422 invalid-request");
        assertThat(api.get("/api/keys/" + made.get("id").asText(), TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("405 method-not-allowed");
    }

    @Test
    void a_rotation_need_not_say_anything() {
        var id = create("{\"role\":\"gate\",\"name\":\"n\"}").json().get("id").asText();
        var request = api.request("/api/keys/" + id + "/rotate").POST(BodyPublishers.noBody());
        assertThat(api.send(api.asAdmin(request)).status()).isEqualTo(201);
    }

    /** Whoever calls it, the command line too. */
    @Test
    void what_a_key_may_not_be_it_is_not_made() {
        var events = IntStream.range(0, 101)
                .mapToObj(i -> new EventId(UUID.randomUUID()))
                .collect(Collectors.toSet());
        assertThatThrownBy(() -> make("a\nb", Set.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> make(" ", Set.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> make("x".repeat(101), Set.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> make("n", events)).isInstanceOf(IllegalArgumentException.class);
        var made = make("𝄞".repeat(100), Set.of());
        for (var overlap : List.of(Duration.ofNanos(-1), Duration.ofDays(31))) {
            assertThatThrownBy(() -> system.database.inTransaction(
                            tx -> new ApiKeys().rotate(tx, made.key().id(), overlap)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private ApiKeys.Created make(String name, Set<EventId> events) {
        return system.database.inTransaction(tx -> new ApiKeys().create(tx, Role.ADMIN, name, events, null));
    }

    /** As after a failover. */
    @Test
    void a_database_whose_clock_is_behind_still_serves_those_who_have_a_key() {
        var made = make("early", Set.of());
        system.update(
                "UPDATE api_keys SET created_at = created_at + interval '1 minute' WHERE key_id = ?",
                made.key().id());

        assertThat(use(api, made.secret().reveal())).isEqualTo(200);
        assertThat(rotate(made.key().id().toString(), "{\"overlap\":\"PT0S\"}").status())
                .isEqualTo(201);
        assertThat(revoke(made.key().id().toString()).status()).isEqualTo(204);
    }

    @Test
    void a_revoked_key_is_not_replaced() {
        var id = make("leaked", Set.of()).key().id().toString();
        revoke(id);
        assertThat(rotate(id, "{}").outcome()).isEqualTo("404 not-found");
    }

    @Test
    void who_is_refused_is_told_what_a_key_would_have_to_be() {
        var gate =
                create("{\"role\":\"gate\",\"name\":\"n\"}").json().get("key").asText();
        assertThat(api.get("/api/keys").header("WWW-Authenticate")).isEqualTo("Bearer realm=\"seatlock\"");
        assertThat(api.get("/api/keys", "wrong").header("WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"seatlock\", error=\"invalid_token\"");
        assertThat(api.get("/api/keys", gate).header("WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"seatlock\", error=\"insufficient_scope\"");
    }

    @Test
    void keys_come_in_pages() {
        var ids = IntStream.range(0, 3)
                .mapToObj(i -> create("{\"role\":\"gate\",\"name\":\"page\"}")
                        .json()
                        .get("id")
                        .asText())
                .toList();

        // Other tests create keys meanwhile, so what is between these is not known.
        var listed = new ArrayList<String>();
        var after = ids.get(0);
        while (after != null) {
            var page = api.get("/api/keys?limit=2&after=" + after, TestSystem.ADMIN_KEY)
                    .json();
            assertThat(page.get("keys").size()).isBetween(1, 2);
            page.get("keys").forEach(key -> listed.add(key.get("id").asText()));
            after = page.get("next").textValue();
        }

        assertThat(listed).doesNotHaveDuplicates().doesNotContain(ids.get(0)).containsSubsequence(ids.subList(1, 3));
        assertThat(api.get("/api/keys?after=x", TestSystem.ADMIN_KEY).outcome()).isEqualTo("422 invalid-request");
    }

    @Test
    void on_the_command_line_keys_are_made_listed_replaced_and_revoked(@TempDir Path home) throws Exception {
        var event = system.event(1);
        var settings = Map.of("DATABASE_URL", url());
        var made = run(home, settings, "create", "--role", "gate", "--name", "north", "--event", "" + event.id());
        var key = Secret.parse(made.lines().skip(1).findFirst().orElseThrow().strip())
                .orElseThrow();

        assertThat(run(home, settings, "list")).contains(key.id() + " gate  north; events [" + event.id() + "]");
        var rotated = run(home, settings, "rotate", key.id().toString(), "--overlap", "PT5M");
        assertThat(rotated).doesNotContain(key.reveal()).contains("seatlock_");
        assertThat(run(home, settings, "revoke", key.id().toString())).contains("revoked");
        assertThat(run(home, settings, "list")).contains(", revoked ");
    }

    private String url() {
        return system.url.jdbc() + "?user=" + system.url.user() + "&password=" + system.url.password();
    }

    private static String run(Path home, Map<String, String> settings, String... arguments) throws Exception {
        var line = new String[arguments.length + 1];
        line[0] = "keys";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        try (var command = Jvm.start(home, settings, line)) {
            assertThat(command.exitStatus()).as(command.output()).isZero();
            return command.output();
        }
    }
}
