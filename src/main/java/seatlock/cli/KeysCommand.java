package seatlock.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import seatlock.Config;
import seatlock.access.ApiKey;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;

@Command(
        name = "keys",
        description = "Manage API keys.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(create | list | revoke | rotate)")
final class KeysCommand implements Callable<Integer> {

    /** A century, so that the year of the expiry has four digits, as RFC 3339 requires. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(36_500);

    private final ApiKeys keys = new ApiKeys();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Config.Invalid {
        return list();
    }

    @Command(mixinStandardHelpOptions = true, description = "Create a key and print it. The key is shown only once.")
    int create(
            @Option(
                            names = "--role",
                            required = true,
                            paramLabel = "ROLE",
                            description = "Role of the key: admin, sales or gate.")
                    Role role,
            @Option(
                            names = "--name",
                            required = true,
                            paramLabel = "NAME",
                            description = "Name that identifies the key.")
                    String name,
            @Option(
                            names = "--event",
                            paramLabel = "ID",
                            description = "Id of an event that the key is limited to. Repeat the option for several"
                                    + " events. Default: all events.")
                    Set<UUID> events,
            @Option(
                            names = "--expires-in",
                            paramLabel = "DURATION",
                            description = "Lifetime of the key, such as P90D. Default: no expiry.")
                    Duration lifetime)
            throws Config.Invalid {
        if (lifetime != null && (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(MAX_LIFETIME) > 0)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--expires-in must be more than 0 and at most " + MAX_LIFETIME.toDays() + " days");
        }
        var ids = events == null
                ? Set.<EventId>of()
                : events.stream().map(EventId::new).collect(Collectors.toSet());
        return Execution.withDatabase(database -> printSecret(database.inTransaction(tx -> {
            var unknown = keys.unknownEvents(tx, ids);
            if (!unknown.isEmpty()) {
                throw new IllegalArgumentException("No such event: " + unknown);
            }
            return keys.create(
                    tx,
                    role,
                    name,
                    ids,
                    lifetime == null ? null : tx.readClock().plus(lifetime));
        })));
    }

    @Command(mixinStandardHelpOptions = true, description = "List the keys, without their secrets.")
    int list() throws Config.Invalid {
        return Execution.withDatabase(database -> {
            database.inTransaction(tx -> keys.list(tx, Integer.MAX_VALUE, null)).forEach(KeysCommand::printLine);
            return 0;
        });
    }

    private static void printLine(ApiKey key) {
        Execution.OUTPUT.accept(String.format(
                Locale.ROOT,
                "%s %-5s %s; %s; created %s%s%s%s",
                key.id(),
                key.roleName(),
                key.name(),
                key.isForAllEvents() ? "all events" : "events " + key.events(),
                key.createdAt(),
                key.lastUsedAt() == null ? "" : ", last used " + key.lastUsedAt(),
                key.expiresAt() == null ? "" : ", expires " + key.expiresAt(),
                key.revokedAt() == null ? "" : ", revoked " + key.revokedAt()));
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Revoke a key. Nodes that used it recently may accept it for one more second.")
    int revoke(@Parameters(paramLabel = "ID", description = "Id of the key.") UUID id) throws Config.Invalid {
        return Execution.withDatabase(database -> {
            if (!database.inTransaction(tx -> keys.revoke(tx, id))) {
                throw new IllegalArgumentException("No such key: " + id);
            }
            Execution.OUTPUT.accept("Revoked     " + id);
            return 0;
        });
    }

    @Command(mixinStandardHelpOptions = true, description = "Replace a key with a new one that has the same rights.")
    int rotate(
            @Parameters(paramLabel = "ID", description = "Id of the key to replace.") UUID id,
            @Option(
                            names = "--overlap",
                            defaultValue = "PT1H",
                            paramLabel = "DURATION",
                            description = "How long the old key remains valid. Default: ${DEFAULT-VALUE}.")
                    Duration overlap)
            throws Config.Invalid {
        return Execution.withDatabase(database -> printSecret(database.inTransaction(tx -> keys.rotate(tx, id, overlap)
                .orElseThrow(() -> new IllegalArgumentException("No valid key with id " + id)))));
    }

    private static int printSecret(ApiKeys.Created created) {
        Execution.OUTPUT.accept("Key         " + created.key().id());
        Execution.OUTPUT.accept("            " + created.secret().reveal());
        return 0;
    }
}
