package seatlock;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ByteArrayOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.time.Clock;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.TimeZone;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shape of the code, as far as a machine can check it. src/docs/contributing.md explains the rules. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("seatlock");

    private static final String[] CORE = packages(
            "catalog",
            "inventory",
            "sales",
            "payments",
            "tickets",
            "changes",
            "jobs",
            "seatmap",
            "access",
            "crypto",
            "reports",
            "privacy");

    private static String[] packages(String... names) {
        return Stream.of(names).map(name -> "seatlock." + name + "..").toArray(String[]::new);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("seatlock.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /** So that tickets, jobs and stored replies always follow from a change: every writer goes through the checkout. */
    @Test
    void inventory_is_changed_by_the_checkout_only() {
        noClasses()
                .that(not(resideInAPackage("seatlock.sales..")))
                .should()
                .callMethod(
                        "seatlock.inventory.Inventory",
                        "apply",
                        "seatlock.db.Tx",
                        "seatlock.catalog.Event",
                        "java.util.List",
                        "seatlock.inventory.Inventory$Locking")
                .check(CLASSES);
        // The rule above would also hold if nobody called the method, or if it were renamed.
        assertThat(CLASSES.get("seatlock.sales.Checkout").getMethodCallsFromSelf())
                .anyMatch(call -> call.getTarget().getFullName().startsWith("seatlock.inventory.Inventory.apply("));
    }

    @Test
    void the_core_knows_no_edge() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                packages("http", "api", "web", "workers", "maintenance", "cli", "embedded", "limits"))
                        .or(resideInAPackage("seatlock")))
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "redis.clients..", "net.greghaines..")
                .check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({"api,web workers", "web,api workers", "workers,api web", "http,api web workers"})
    void the_edges_do_not_know_each_other(String edge, String others) {
        noClasses()
                .that()
                .resideInAPackage("seatlock." + edge + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(others.split(" ")))
                .check(CLASSES);
    }

    @Test
    void http_knows_no_domain() {
        noClasses()
                .that()
                .resideInAPackage("seatlock.http..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CORE)
                .check(CLASSES);
    }

    /** A pool of transactions has a queue in front of it, so the database also knows {@code concurrent}; its address is read as all others are, by {@code net}. */
    @ParameterizedTest
    @CsvSource({
        "concurrent,metrics",
        "db,metrics concurrent net",
        "redis,metrics net",
        "net,''",
        "metrics,''",
        "crypto,''",
        "text,''"
    })
    void the_foundations_know_nothing_of_ours_but(String foundation, String known) {
        var allowed = Stream.concat(Stream.of(foundation), Stream.of(known.split(" ")))
                .filter(name -> !name.isEmpty())
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("seatlock." + foundation + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("seatlock..").and(not(resideInAnyPackage(packages(allowed)))))
                .check(CLASSES);
    }

    /**
     * So that replacing one is a change of one package, except where the library is the language that two packages speak: an
     * edge hands Javalin's and Jetty's types to its handlers, and Jesque those of Jedis to its workers. The load test is a client
     * that stands outside: it speaks HTTP and JSON as the server does, and shares no code with what it tests. A cache belongs to the
     * package that knows when its entries are stale, so each of these packages has caches of its own.
     */
    @ParameterizedTest
    @CsvSource({
        "io.javalin..,http api contract web",
        "org.eclipse.jetty..,http api loadtest root",
        "com.fasterxml.jackson..,http api openapi contract seatmap loadtest plans",
        "com.github.benmanes.caffeine..,catalog inventory sales seatmap tickets api",
        "org.HdrHistogram..,loadtest",
        "com.fasterxml.uuid..,db",
        "com.zaxxer..,db",
        "org.postgresql..,db",
        "org.flywaydb..,db",
        "org.apache.commons.compress..,embedded",
        "org.tukaani..,embedded",
        "redis.embedded..,embedded",
        "org.subethamail..,embedded",
        "redis.clients..,redis workers",
        "net.greghaines..,workers",
        "com.lowagie..,tickets",
        "com.google.zxing..,tickets",
        "jakarta.mail..,mail",
        "org.eclipse.angus..,mail",
        "io.micrometer..,metrics",
        "io.prometheus..,metrics",
        "com.stripe..,payments.stripe",
        "com.google.gson..,payments.stripe",
        "ch.qos.logback..,logging",
        "picocli..,cli"
    })
    void each_library_is_used_by_its_owners_only(String library, String owners) {
        var packages = Stream.of(owners.split(" "))
                .map(owner -> owner.equals("root") ? "seatlock" : "seatlock." + owner + "..")
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

    /** Elsewhere a transaction is a parameter. */
    @Test
    void transactions_begin_only_where_one_would_look_for_them() {
        noClasses()
                .that(not(resideInAnyPackage(
                        "seatlock",
                        "seatlock.sales..",
                        "seatlock.db..",
                        "seatlock.workers..",
                        "seatlock.maintenance..",
                        "seatlock.cli..")))
                // A key pair for tickets is loaded once, and health is checked on a connection of its own.
                .and()
                .doNotHaveFullyQualifiedName("seatlock.tickets.TicketKeys")
                .and()
                .doNotHaveFullyQualifiedName("seatlock.http.Health")
                // It plays another party, which has books of its own.
                .and()
                .doNotHaveFullyQualifiedName("seatlock.payments.sandbox.SandboxProvider")
                // It reads a page in several transactions, on a thread of the pool that it is handed.
                .and()
                .doNotHaveFullyQualifiedName("seatlock.seatmap.SeatMaps")
                // It writes the result as JSON, on a thread of the pool that it is handed.
                .and()
                .doNotHaveFullyQualifiedName("seatlock.api.QueryResponse")
                .should()
                .callMethod("seatlock.db.Database", "inTransaction", "seatlock.db.Database$Work")
                .check(CLASSES);
        noClasses()
                .that(not(resideInAnyPackage(
                        "seatlock", "seatlock.db..", "seatlock.api..", "seatlock.web..", "seatlock.seatmap..")))
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("seatlock.db.TransactionPool")
                .check(CLASSES);
    }

    /**
     * Times that are stored are compared with the database's clock only, because a node's clock may be wrong. The classes below read
     * the clock of their node, for what nobody compares with a time from elsewhere.
     */
    @Test
    void the_clock_of_a_node_is_read_only_where_it_may_be_wrong() {
        var mayBeWrong = Map.of(
                "seatlock.http.Health", "compares it with the database's, and reports the difference",
                "seatlock.App", "request rates: nodes with other clocks count by themselves",
                "seatlock.metrics.Metrics", "Prometheus compares it with the time of the same node",
                "seatlock.api.EventHandlers", "createdAt of an event is shown, not compared",
                "seatlock.catalog.SampleEvents", "createdAt and the start of the sample events",
                "seatlock.loadtest.TestEvents", "createdAt and the start of the events of a load test",
                "seatlock.mail.Mailer", "the Date field of a mail",
                "seatlock.payments.sandbox.SandboxProvider", "the age of a notice, which may be minutes",
                "seatlock.embedded.MailSink", "the name of a file",
                "seatlock.embedded.HomeDirectory", "the name of a damaged file");
        var readers = CLASSES.stream()
                .filter(type -> Stream.concat(
                                type.getCodeUnitCallsFromSelf().stream(), type.getCodeUnitReferencesFromSelf().stream())
                        .anyMatch(access -> readsClock(access.getTargetOwner().getFullName(), access.getName())))
                .map(type -> type.getFullName().replaceAll("\\$.*", ""))
                .collect(Collectors.toSet());
        assertThat(readers).isEqualTo(mayBeWrong.keySet());
    }

    private static boolean readsClock(String owner, String method) {
        return owner.startsWith("java.time.") && method.matches("now|system.*")
                || owner.equals("java.lang.System") && method.equals("currentTimeMillis")
                || owner.equals("java.util.Date") && method.equals("<init>")
                || owner.equals("java.util.Calendar") && method.equals("getInstance");
    }

    @Test
    void nothing_stands_between_a_handler_and_its_sql() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ThreadLocal")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.reflect.Proxy")
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

    /** Results differ between machines, unless a parameter says which locale, charset or time zone is meant.
     * {@link seatlock.net.Loopback} replaces the loopback address of Java. */
    private static final Map<Class<?>, Set<String>> DEPENDS_ON_THE_MACHINE = Map.ofEntries(
            entry(String.class, Set.of("format", "formatted", "toLowerCase", "toUpperCase", "getBytes", "<init>")),
            entry(Formatter.class, Set.of("<init>")),
            entry(PrintStream.class, Set.of("<init>", "printf", "format")),
            entry(PrintWriter.class, Set.of("<init>", "printf", "format")),
            entry(InputStreamReader.class, Set.of("<init>")),
            entry(OutputStreamWriter.class, Set.of("<init>")),
            entry(FileReader.class, Set.of("<init>")),
            entry(FileWriter.class, Set.of("<init>")),
            entry(Scanner.class, Set.of("<init>")),
            entry(ByteArrayOutputStream.class, Set.of("toString")),
            entry(Process.class, Set.of("inputReader", "errorReader", "outputWriter")),
            entry(Charset.class, Set.of("defaultCharset")),
            entry(InetAddress.class, Set.of("getLoopbackAddress")),
            entry(System.class, Set.of("lineSeparator")),
            entry(Locale.class, Set.of("getDefault")),
            entry(NumberFormat.class, Set.of("getInstance", "getNumberInstance", "getIntegerInstance")),
            entry(DecimalFormat.class, Set.of("<init>")),
            entry(SimpleDateFormat.class, Set.of("<init>")),
            entry(DateTimeFormatter.class, Set.of("ofPattern", "ofLocalizedDate", "ofLocalizedTime")),
            entry(DateTimeFormatterBuilder.class, Set.of("toFormatter")),
            entry(ZoneId.class, Set.of("systemDefault")),
            entry(TimeZone.class, Set.of("getDefault")),
            entry(Clock.class, Set.of("systemDefaultZone")),
            entry(LocalDate.class, Set.of("now")),
            entry(LocalTime.class, Set.of("now")),
            entry(LocalDateTime.class, Set.of("now")),
            entry(ZonedDateTime.class, Set.of("now")),
            entry(OffsetDateTime.class, Set.of("now")));

    /** The tests run with a locale, a charset and a time zone that would show a result which does: see pom.xml. */
    @Test
    void nothing_depends_on_the_locale_charset_or_time_zone_of_the_machine() {
        var offenders = CLASSES.stream()
                .flatMap(from -> Stream.concat(
                        from.getCodeUnitCallsFromSelf().stream(), from.getCodeUnitReferencesFromSelf().stream()))
                .filter(access -> dependsOnTheMachine(access.getTarget()))
                .map(access -> access.getOriginOwner().getName() + " "
                        + access.getTarget().getFullName());
        assertThat(offenders)
                .containsExactlyInAnyOrder(
                        // People read these streams, in a terminal that has the charset of the machine.
                        "seatlock.logging.Logging java.nio.charset.Charset.defaultCharset()",
                        "seatlock.logging.Logging java.nio.charset.Charset.defaultCharset()");
    }

    private static boolean dependsOnTheMachine(CodeUnitAccessTarget target) {
        var parameters = target.getRawParameterTypes();
        var isNewString = target.getOwner().isEquivalentTo(String.class)
                && target.getName().equals("<init>");
        return DEPENDS_ON_THE_MACHINE.entrySet().stream()
                        .anyMatch(each -> target.getOwner().isEquivalentTo(each.getKey())
                                && each.getValue().contains(target.getName()))
                && parameters.stream()
                        .noneMatch(type -> type.isEquivalentTo(Locale.class)
                                || type.isEquivalentTo(Charset.class)
                                || type.isEquivalentTo(ZoneId.class)
                                || type.isEquivalentTo(Clock.class))
                && (!isNewString || (!parameters.isEmpty() && parameters.get(0).isEquivalentTo(byte[].class)));
    }

    /** Somebody who looks for the line that locks a seat finds it by the name of its method. */
    @Test
    void rows_are_locked_only_in_methods_that_say_so() throws IOException {
        var method = Pattern.compile("^ {4}(?:\\w[\\w<>,.?\\[\\] ]* )(\\w+)\\(", Pattern.MULTILINE);
        var offenders = new ArrayList<String>();
        var locking = new ArrayList<String>();
        for (var file : sources()) {
            var source = Files.readString(file);
            var lock = Pattern.compile("FOR (NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\\b(?!\\})")
                    .matcher(source);
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
                        "Catalog.java lockEvent",
                        "Locks.java lockEvent",
                        "Locks.java lockQuotas",
                        "Locks.java lockLimits",
                        "Locks.java lockReservations",
                        "Locks.java lockUsedTickets",
                        "Locks.java lockSeats",
                        "Jobs.java claim",
                        "Feed.java claimFeed",
                        "Erasure.java lockReservations",
                        "Tickets.java lockTicket",
                        "Tickets.java lockReservationOf",
                        "DocumentStore.java lockVersions",
                        "BuyerDetails.java lockReservation",
                        "PaymentStore.java lockUnfinished");
    }

    private static boolean isComment(String source, int position) {
        var line = source.substring(source.lastIndexOf('\n', position) + 1, position)
                .strip();
        return line.startsWith("*") || line.startsWith("/") || line.startsWith("//");
    }

    @Test
    void no_package_is_larger_than_a_sixth_of_the_code() throws IOException {
        var lines = sources().stream()
                .collect(Collectors.groupingBy(Path::getParent, Collectors.summingLong(ArchitectureTest::lines)));
        var all = lines.values().stream().mapToLong(Long::longValue).sum();
        assertThat(lines)
                .allSatisfy((folder, count) -> assertThat(count * 6)
                        .as("%s has %d of %d lines", folder, count, all)
                        .isLessThanOrEqualTo(all));
    }

    @ParameterizedTest
    @ValueSource(strings = {"src/main/java", "src/test/java", "demo"})
    void no_file_is_longer_than_500_lines(String root) throws IOException {
        assertThat(javaFiles(root).stream().filter(file -> lines(file) > 500).map(Path::toString))
                .isEmpty();
    }

    private static long lines(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<Path> sources() throws IOException {
        return javaFiles("src/main/java");
    }

    private static List<Path> javaFiles(String root) throws IOException {
        try (var files = Files.walk(Path.of(root))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
