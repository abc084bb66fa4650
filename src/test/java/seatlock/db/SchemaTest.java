package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import seatlock.support.TestSystem;

/** Reads the catalogue: the schema can be distributed by event, and is documented. */
class SchemaTest {

    /** Tables that do not belong to an event. */
    private static final String NOT_PER_EVENT =
            "('flyway_schema_history', 'ticket_keys', 'api_keys', 'sandbox_secret')";

    private final TestSystem system = TestSystem.shared();

    private List<String> names(String sql) {
        return system.query(sql, row -> row.text("name"));
    }

    @Test
    void the_tables_that_tools_rely_on_exist() {
        assertThat(names("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"))
                .contains(
                        "events",
                        "seats",
                        "reservations",
                        "reservation_seats",
                        "idempotency_keys",
                        "tickets",
                        "jobs",
                        "api_keys");
    }

    @Test
    void every_primary_key_and_unique_index_begins_with_the_event() {
        assertThat(names("""
                        SELECT i.indexrelid::regclass::text AS name
                          FROM pg_index AS i
                          JOIN pg_class AS t ON t.oid = i.indrelid
                          JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
                         WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT IN %s
                           AND i.indisunique AND a.attname <> 'event_id'
                        """.formatted(NOT_PER_EVENT))).isEmpty();
    }

    @Test
    void every_foreign_key_leads_from_event_to_event() {
        assertThat(names("""
                        SELECT c.conname AS name
                          FROM pg_constraint AS c
                          JOIN pg_attribute AS here ON here.attrelid = c.conrelid AND here.attnum = c.conkey[1]
                          JOIN pg_attribute AS there ON there.attrelid = c.confrelid AND there.attnum = c.confkey[1]
                         WHERE c.contype = 'f' AND (here.attname <> 'event_id' OR there.attname <> 'event_id')
                        """)).isEmpty();
    }

    @Test
    void every_table_has_a_primary_key() {
        assertThat(names("""
                        SELECT relname AS name FROM pg_class AS t
                         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                           AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t.oid AND indisprimary)
                        """)).isEmpty();
    }

    @Test
    void nothing_depends_on_triggers_sequences_rules_or_defaults() {
        assertThat(names("SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal"))
                .isEmpty();
        assertThat(names("SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'"))
                .isEmpty();
        assertThat(names("SELECT rulename AS name FROM pg_rules WHERE schemaname = 'public'"))
                .isEmpty();
        assertThat(names("""
                        SELECT d.adrelid::regclass::text AS name
                          FROM pg_attrdef AS d JOIN pg_class AS t ON t.oid = d.adrelid
                         WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT IN %s
                           AND NOT EXISTS (SELECT FROM pg_attribute
                                            WHERE attrelid = d.adrelid AND attnum = d.adnum AND attgenerated = 's')
                        """.formatted(NOT_PER_EVENT))).isEmpty();
        assertThat(names("SELECT proname AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
                .isEmpty();
    }

    @Test
    void every_table_has_a_comment_and_every_constraint_a_chosen_name() {
        assertThat(names("""
                        SELECT relname AS name FROM pg_class
                         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                           AND relname NOT IN %s AND obj_description(oid) IS NULL
                        """.formatted(NOT_PER_EVENT))).isEmpty();
        // The names that PostgreSQL generates end in _check, _fkey, _pkey and _key.
        assertThat(names("""
                        SELECT c.conname AS name
                          FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
                         WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT IN %s
                           AND c.conname ~ '_(check[0-9]*|fkey|pkey|key)$'
                        """.formatted(NOT_PER_EVENT))).isEmpty();
    }
}
