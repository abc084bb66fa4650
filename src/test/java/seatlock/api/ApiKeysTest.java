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

/** Tests the life of an API key. {@link AccessMatrixTest} tests what it permits. */
class ApiKeysTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private Api.Response create(String json) {
        return api.send(Api.post(api.asAdmin(api.request("/api/keys")), json));
    }

    private Api.Response rotate(String id, String json) {
        return api.send(Api.post(api.asAdmin(api.request("/api/keys/" + id + "/rotate")), json));
    }

    private Api.Response revoke(String id) {
        return api.send(api.asAdmin(api.request("/api/keys/" + id)).method("DELETE", BodyPublishers.noBody()));
    }

    /** Lists the keys, which an administrator's key may do. */
    private static int use(Api api, String key) {
        return api.get("/api/keys?limit=1", key).status();
    }

    @Test
    void a_key_is_shown_once_and_only_its_hash_is_stored() {
        var event = system.event(1);
        var created = create("{\"role\":\"gate\",\"name\":\"north\",\"events\":[\"" + event.id() + "\"]}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Cache-Control")).isEqualTo("no-store");
        var id = created.json().get("id").asText();
        var key = created.json().get("key").asText();
        assertThat(key).matches("seatlock_[0-9a-f]{32}_[0-9a-f]{72}");
        assertThat(created.json().get("events").get(0).asText())
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
    void a_key_with_one_wrong_character_fails_its_checksum() {
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

    /** The forged key has the id of one key, the secret of another, and a correct checksum. */
    @Test
    void a_key_with_the_secret_of_another_key_is_refused_even_if_cached() {
        var one = system.database.inTransaction(tx -> new ApiKeys().create(tx, Role.ADMIN, "one", Set.of(), null));
        var other = system.database.inTransaction(tx -> new ApiKeys().create(tx, Role.ADMIN, "other", Set.of(), null));
        var crossed =
                one.secret().reveal().substring(0, 42) + other.secret().reveal().substring(42, 106);
        var crc = new CRC32();
        crc.update(crossed.getBytes(StandardCharsets.US_ASCII));
        var forged = crossed + HexFormat.of().toHexDigits((int) crc.getValue());

        assertThat(Secret.parse(forged)).isPresent();
        assertThat(use(api, one.secret().reveal())).isEqualTo(200);
        assertThat(use(api, other.secret().reveal())).isEqualTo(200);
        assertThat(use(api, forged)).isEqualTo(401);
        assertThat(use(api, one.secret().reveal())).isEqualTo(200);
    }

    @Test
    void a_revoked_key_is_refused_at_once_here_and_later_on_another_node() {
        try (var node = system.anotherNode()) {
            var otherApi = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);
            var created = create("{\"role\":\"admin\",\"name\":\"leaked\"}").json();
            var key = created.get("key").asText();
            assertThat(use(api, key)).isEqualTo(200);
            assertThat(use(otherApi, key)).isEqualTo(200);

            assertThat(revoke(created.get("id").asText()).status()).isEqualTo(204);

            assertThat(use(api, key)).isEqualTo(401);
            Wait.until("the other node refuses the key", () -> use(otherApi, key) == 401);
            assertThat(revoke(created.get("id").asText()).status()).isEqualTo(204);
        }
        assertThat(revoke(UUID.randomUUID().toString()).outcome()).isEqualTo("404 not-found");
    }

    @Test
    void a_replaced_key_is_valid_during_the_overlap_and_its_successor_permits_the_same() {
        var event = system.event(1);
        var created = create("{\"role\":\"sales\",\"name\":\"shop\",\"events\":[\"" + event.id() + "\"]}")
                .json();
        var old = created.get("key").asText();
        var reservation = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var path = Api.path(event.id(), reservation);

        var rotated = rotate(created.get("id").asText(), "{}").json();

        assertThat(rotated.get("id")).isNotEqualTo(created.get("id"));
        assertThat(rotated.get("role").asText()).isEqualTo("sales");
        assertThat(rotated.get("name").asText()).isEqualTo("shop");
        assertThat(rotated.get("events")).isEqualTo(created.get("events"));
        assertThat(api.get(path, old).status()).isEqualTo(200);
        assertThat(api.get(path, rotated.get("key").asText()).status()).isEqualTo(200);

        system.update(
                "UPDATE api_keys SET created_at = created_at - interval '2 hours',"
                        + " expires_at = expires_at - interval '2 hours' WHERE key_id = ?",
                UUID.fromString(created.get("id").asText()));
        Wait.until("the cached key has expired", () -> api.get(path, old).status() == 404);
        assertThat(rotate(created.get("id").asText(), "{}").outcome()).isEqualTo("404 not-found");
        assertThat(rotate(rotated.get("id").asText(), "{\"overlap\":\"PT0S\"}").status())
                .isEqualTo(201);
        assertThat(api.get(path, rotated.get("key").asText()).status()).isEqualTo(404);
    }

    @Test
    void the_last_use_of_a_key_is_stored_once_a_minute() {
        var created = createDirectly("busy", Set.of());
        var id = created.key().id();
        assertThat(lastUse(id)).isNull();

        use(api, created.secret().reveal());
        assertThat(lastUse(id)).isNotNull();

        assertThat(isUseStoredAfter("40 seconds", created)).isFalse();
        assertThat(isUseStoredAfter("61 seconds", created)).isTrue();
    }

    /** Uses a key whose last use was so long ago, without the API, which would answer from its cache. */
    private boolean isUseStoredAfter(String interval, ApiKeys.Created created) {
        var id = created.key().id();
        system.update(
                "UPDATE api_keys SET created_at = created_at - interval '1 hour',"
                        + " last_used_at = clock_timestamp() - interval '" + interval + "' WHERE key_id = ?",
                id);
        var before = lastUse(id);
        var used = system.database.inTransaction(tx -> new ApiKeys().authenticate(tx, created.secret()));
        assertThat(used).isPresent();
        return !lastUse(id).equals(before);
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
    void an_invalid_request_creates_no_key(String json, String outcome) {
        var name = UUID.randomUUID().toString();

        assertThat(create(json.replace("\"n\"", "\"" + name + "\"")).outcome()).isEqualTo(outcome);
        assertThat(keysNamed(name)).isZero();
    }

    @Test
    void a_key_is_limited_to_a_hundred_distinct_events() {
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
            value = {
                "{\"overlap\":\"P31D\"}",
                "{\"overlap\":\"-PT1S\"}",
                "{\"overlap\":\"-PT-1H\"}",
                "{\"overlap\":\"pt1h\"}",
                "{\"overlap\":\"soon\"}",
                "{\"for\":1}"
            })
    void an_invalid_overlap_does_not_replace_the_key(String json) {
        var name = UUID.randomUUID().toString();
        var created = create("{\"role\":\"admin\",\"name\":\"" + name + "\"}").json();

        assertThat(rotate(created.get("id").asText(), json).outcome()).isEqualTo("422 invalid-request");

        assertThat(use(api, created.get("key").asText())).isEqualTo(200);
        assertThat(keysNamed(name)).isEqualTo(1);
        assertThat(system.count("SELECT count(*) AS n FROM api_keys WHERE name = ? AND expires_at IS NULL", name))
                .isEqualTo(1);
    }

    private long keysNamed(String name) {
        return system.count("SELECT count(*) AS n FROM api_keys WHERE name = ?", name);
    }

    @Test
    void a_single_key_cannot_be_read() {
        var id = create("{\"role\":\"gate\",\"name\":\"n\"}").json().get("id").asText();

        assertThat(api.get("/api/keys/" + id, TestSystem.ADMIN_KEY).outcome()).isEqualTo("405 method-not-allowed");
    }

    @Test
    void a_key_can_be_replaced_without_a_request_body() {
        var id = create("{\"role\":\"gate\",\"name\":\"n\"}").json().get("id").asText();
        var request = api.request("/api/keys/" + id + "/rotate").POST(BodyPublishers.noBody());
        assertThat(api.send(api.asAdmin(request)).status()).isEqualTo(201);
    }

    /** The command line calls it too, without the checks of the API. */
    @Test
    void invalid_names_events_and_overlaps_are_rejected() {
        var events = IntStream.range(0, 101)
                .mapToObj(i -> new EventId(UUID.randomUUID()))
                .collect(Collectors.toSet());
        assertThatThrownBy(() -> createDirectly("a\nb", Set.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> createDirectly(" ", Set.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> createDirectly("\u200b", Set.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> createDirectly("n\u00a0", Set.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> createDirectly("a\u202eb", Set.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> createDirectly("x".repeat(101), Set.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> createDirectly("n", events)).isInstanceOf(IllegalArgumentException.class);
        var created = createDirectly("𝄞".repeat(100), Set.of());
        for (var overlap : List.of(Duration.ofNanos(-1), Duration.ofDays(31))) {
            assertThatThrownBy(() -> system.database.inTransaction(
                            tx -> new ApiKeys().rotate(tx, created.key().id(), overlap)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private ApiKeys.Created createDirectly(String name, Set<EventId> events) {
        return system.database.inTransaction(tx -> new ApiKeys().create(tx, Role.ADMIN, name, events, null));
    }

    /** After a failover, the clock of the new primary may be behind. */
    @Test
    void keys_created_in_the_future_of_the_database_clock_are_valid() {
        var created = createDirectly("early", Set.of());
        system.update(
                "UPDATE api_keys SET created_at = created_at + interval '1 minute' WHERE key_id = ?",
                created.key().id());

        assertThat(use(api, created.secret().reveal())).isEqualTo(200);
        assertThat(rotate(created.key().id().toString(), "{\"overlap\":\"PT0S\"}")
                        .status())
                .isEqualTo(201);
        assertThat(revoke(created.key().id().toString()).status()).isEqualTo(204);
    }

    /** Earlier releases accepted such names. */
    @Test
    void a_key_with_a_name_that_would_be_refused_today_can_be_replaced() {
        var id = create("{\"role\":\"gate\",\"name\":\"n\"}").json().get("id").asText();
        system.update("UPDATE api_keys SET name = ? WHERE key_id = ?::uuid", "\u200b", id);

        assertThat(rotate(id, "{}").outcome()).isEqualTo("201");
    }

    /** A node of a newer release created it. */
    @Test
    void a_key_of_an_unknown_role_is_listed_and_permits_nothing() {
        try (var own = new TestSystem()) {
            var keys = new ApiKeys();
            var known = own.database.inTransaction(tx -> keys.create(tx, Role.ADMIN, "known", Set.of(), null));
            var newer = own.database.inTransaction(tx -> keys.create(tx, Role.ADMIN, "newer", Set.of(), null));
            own.update("ALTER TABLE api_keys DROP CONSTRAINT api_keys_role_known");
            own.update(
                    "UPDATE api_keys SET role = 'STEWARD' WHERE key_id = ?",
                    newer.key().id());

            var listed =
                    own.api.get("/api/keys", known.secret().reveal()).json().get("keys");
            assertThat(listed.findValuesAsText("role")).containsExactly("admin", "unknown");
            assertThat(own.api.get("/api/keys", newer.secret().reveal()).outcome())
                    .isEqualTo("403 forbidden");

            var path = "/api/keys/" + newer.key().id();
            var rotated = own.api.send(Api.post(own.api.asAdmin(own.api.request(path + "/rotate")), "{}"));
            assertThat(rotated.json().get("role").asText()).isEqualTo("unknown");
            assertThat(own.count("SELECT count(*) AS n FROM api_keys WHERE role = 'STEWARD'"))
                    .isEqualTo(2);
            assertThat(own.api
                            .send(own.api.asAdmin(own.api.request(path)).method("DELETE", BodyPublishers.noBody()))
                            .status())
                    .isEqualTo(204);
        }
    }

    @Test
    void an_unknown_key_is_reported_as_such() {
        var unknown = revoke(UUID.randomUUID().toString());

        assertThat(unknown.outcome()).isEqualTo("404 not-found");
        assertThat(unknown.json().get("detail").asText()).isEqualTo("No such key.");
    }

    @Test
    void a_revoked_key_cannot_be_replaced() {
        var id = createDirectly("leaked", Set.of()).key().id().toString();
        revoke(id);
        assertThat(rotate(id, "{}").outcome()).isEqualTo("404 not-found");
    }

    @Test
    void a_refusal_carries_a_challenge_in_www_authenticate() {
        var gate =
                create("{\"role\":\"gate\",\"name\":\"n\"}").json().get("key").asText();
        assertThat(api.get("/api/keys").header("WWW-Authenticate")).isEqualTo("Bearer realm=\"seatlock\"");
        assertThat(api.get("/api/keys", "wrong").header("WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"seatlock\", error=\"invalid_token\"");
        assertThat(api.get("/api/keys", gate).header("WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"seatlock\", error=\"insufficient_scope\"");
    }

    @Test
    void keys_are_listed_page_by_page() {
        var ids = IntStream.range(0, 3)
                .mapToObj(i -> create("{\"role\":\"gate\",\"name\":\"page\"}")
                        .json()
                        .get("id")
                        .asText())
                .toList();

        // Other tests create keys meanwhile, which appear between these.
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
    void the_command_line_creates_lists_replaces_and_revokes_keys(@TempDir Path home) throws Exception {
        var event = system.event(1);
        var settings = Map.of("DATABASE_URL", url());
        var created = run(home, settings, "create", "--role", "gate", "--name", "north", "--event", "" + event.id());
        var key = Secret.parse(created.lines().skip(1).findFirst().orElseThrow().strip())
                .orElseThrow();

        assertThat(run(home, settings, "list")).contains(key.id() + " gate  north; events [" + event.id() + "]");
        var rotated = run(home, settings, "rotate", key.id().toString(), "--overlap", "PT5M");
        assertThat(rotated).doesNotContain(key.reveal()).contains("seatlock_");
        assertThat(run(home, settings, "revoke", key.id().toString())).contains("Revoked     " + key.id());
        assertThat(run(home, settings, "list")
                        .lines()
                        .filter(line -> line.contains(key.id().toString())))
                .singleElement()
                .asString()
                .contains(", revoked ");
    }

    private String url() {
        return system.databaseUrl();
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
