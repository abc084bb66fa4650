package seatlock;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shape of the code, as far as a machine can check it. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("seatlock");

    @Test
    void packages_do_not_go_in_circles() {
        slices().matching("seatlock.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void the_two_edges_do_not_know_each_other() {
        noClasses()
                .that()
                .resideInAPackage("seatlock.http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("seatlock.jobs..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("seatlock.jobs..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("seatlock.http..")
                .check(CLASSES);
    }

    @Test
    void the_core_knows_neither_edge_and_the_database_knows_no_domain() {
        noClasses()
                .that()
                .resideInAnyPackage("seatlock.inventory..", "seatlock.catalog..", "seatlock.idempotency..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("seatlock", "seatlock.http..", "seatlock.jobs..", "seatlock.embedded..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("seatlock.db..")
                .should()
                .dependOnClassesThat(resideInAPackage("seatlock..").and(not(resideInAPackage("seatlock.db.."))))
                .check(CLASSES);
    }

    /**
     * So that replacing one is a change of one package. The load test is a client that stands outside: it speaks HTTP and
     * JSON as the server does, and shares no code with what it tests.
     */
    @ParameterizedTest
    @CsvSource({
        "io.javalin..,http",
        "org.eclipse.jetty..,http loadtest",
        "com.fasterxml.jackson..,http loadtest",
        "org.HdrHistogram..,loadtest",
        "com.fasterxml.uuid..,db",
        "com.zaxxer..,db",
        "org.postgresql..,db",
        "org.flywaydb..,db",
        "io.zonky..,embedded",
        "redis.embedded..,embedded",
        "org.subethamail..,embedded",
        "redis.clients..,jobs limits",
        "net.greghaines..,jobs",
        "com.lowagie..,tickets",
        "com.google.zxing..,tickets",
        "jakarta.mail..,tickets",
        "io.micrometer..,metrics",
        "io.prometheus..,metrics",
        "ch.qos.logback..,logging"
    })
    void each_library_is_used_by_its_owners_only(String library, String owners) {
        var packages = Stream.of(owners.split(" "))
                .map(owner -> "seatlock." + owner + "..")
                .toArray(String[]::new);
        classes()
                .that(not(resideInAnyPackage(packages)))
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage(library)))
                .check(CLASSES);
    }

    @Test
    void the_load_test_knows_nothing_of_the_server_but_where_it_is() {
        classes()
                .that()
                .resideInAPackage("seatlock.loadtest..")
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("seatlock.."))
                        .or(resideInAnyPackage("seatlock.loadtest..", "seatlock.embedded..")))
                .andShould()
                .onlyDependOnClassesThat(not(resideInAPackage("org.eclipse.jetty.server..")))
                .check(CLASSES);
    }

    @Test
    void transactions_begin_only_at_the_edges() {
        noClasses()
                .that()
                .resideInAnyPackage("seatlock.inventory..", "seatlock.catalog..", "seatlock.idempotency..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("seatlock.db.Database")
                .check(CLASSES);
    }

    @Test
    void repositories_are_seen_by_their_own_package_only() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Repository")
                .should()
                .bePackagePrivate()
                .check(CLASSES);
    }

    @Test
    void jdbc_stays_in_the_database_package() {
        noClasses()
                .that(not(resideInAnyPackage("seatlock.db..", "seatlock.embedded..")))
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.sql\\.(Connection|.*Statement|ResultSet)")
                .check(CLASSES);
    }

    /** Whoever looks for the line that locks a seat finds it by the name of its method. */
    @Test
    void rows_are_locked_only_in_methods_that_say_so() throws IOException {
        var method = Pattern.compile("^ {4}(?:\\w[\\w<>,.?\\[\\] ]* )(\\w+)\\(", Pattern.MULTILINE);
        var offenders = new ArrayList<String>();
        var locking = new ArrayList<String>();
        for (var file : sources()) {
            var source = Files.readString(file);
            var lock = Pattern.compile("FOR (NO KEY )?UPDATE\\b(?!\\})").matcher(source);
            while (lock.find()) {
                if (isComment(source, lock.start())) {
                    continue;
                }
                var name = method.matcher(source.substring(0, lock.start()))
                        .results()
                        .reduce((a, b) -> b);
                var holder = name.orElseThrow().group(1);
                (holder.matches("(lock|claim).*") ? locking : offenders).add(file.getFileName() + " " + holder);
            }
        }
        assertThat(offenders).isEmpty();
        assertThat(locking)
                .containsExactlyInAnyOrder(
                        "InventoryRepository.java lockQuotas",
                        "InventoryRepository.java lockReservations",
                        "InventoryRepository.java lockSeats",
                        "Jobs.java claimJob",
                        "Tickets.java lockTicket");
    }

    private static boolean isComment(String source, int position) {
        var line = source.substring(source.lastIndexOf('\n', position) + 1, position)
                .strip();
        return line.startsWith("*") || line.startsWith("/") || line.startsWith("//");
    }

    private static List<Path> sources() throws IOException {
        try (var files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
