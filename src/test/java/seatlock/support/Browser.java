package seatlock.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium of the machine, with a profile of its own. A test that needs one is skipped where none is installed, which is
 * printed once.
 */
public final class Browser implements AutoCloseable {

    private static final Optional<Path> CHROMIUM = installed("chromium", "chromium-browser", "google-chrome");
    private static final Optional<Path> DRIVER = installed("chromedriver");

    static {
        if (CHROMIUM.isEmpty() || DRIVER.isEmpty()) {
            System.out.println("The pages are not tested: no Chromium with chromedriver is installed on this machine.");
        }
    }

    public final ChromeDriver driver;
    private final Path profile;
    private Screen screen;
    private boolean isDark;

    /** How a browser looks at a page. */
    public enum Screen {
        DESKTOP(1280, 900),
        PHONE(390, 844);

        final int width;
        final int height;

        Screen(int width, int height) {
            this.width = width;
            this.height = height;
        }
    }

    /** Opens an English browser with the screen of a desktop. Skips the test if there is no browser. */
    public static Browser open(String... arguments) {
        return new Browser(arguments);
    }

    private Browser(String... arguments) {
        assumeTrue(CHROMIUM.isPresent() && DRIVER.isPresent(), "a browser is installed");
        try {
            profile = Files.createTempDirectory("seatlock-browser");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var options = new ChromeOptions();
        options.setBinary(CHROMIUM.get().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--lang=en-US",
                "--user-data-dir=" + profile);
        options.addArguments(arguments);
        options.setExperimentalOption(
                "prefs", Map.of("intl.accept_languages", "en-US,en", "download.default_directory", profile.toString()));
        var logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logging);
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.get().toFile())
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
        screen(Screen.DESKTOP).dark(false);
    }

    private static Optional<Path> installed(String... names) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of(names).map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Shows pages as on a screen, with touch on a phone. */
    public Browser screen(Screen screen) {
        this.screen = screen;
        var isPhone = screen == Screen.PHONE;
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", screen.width, "height", screen.height, "deviceScaleFactor", 1, "mobile", isPhone));
        driver.executeCdpCommand("Emulation.setTouchEmulationEnabled", Map.of("enabled", isPhone));
        return this;
    }

    /** Shows pages light or dark, and without motion. */
    public Browser dark(boolean isDark) {
        this.isDark = isDark;
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        return this;
    }

    /** Cuts the browser off, or connects it again. */
    public Browser offline(boolean isOffline) {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand(
                "Network.emulateNetworkConditions",
                Map.of("offline", isOffline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
        return this;
    }

    public Browser go(String url) {
        driver.get(url);
        return this;
    }

    /** Waits until there is a visible element, and returns it. */
    public WebElement find(String css) {
        return await(
                css,
                () -> driver.findElements(By.cssSelector(css)).stream()
                        .filter(WebElement::isDisplayed)
                        .findFirst());
    }

    /** Waits until there is a visible element whose text, or accessible name, contains a text, and returns it. */
    public WebElement find(String css, String text) {
        return await(
                css + " with \"" + text + "\"",
                () -> driver.findElements(By.cssSelector(css)).stream()
                        .filter(element -> element.isDisplayed()
                                && (element.getText().contains(text)
                                        || element.getAccessibleName().contains(text)))
                        .findFirst());
    }

    /** Waits until a visible element can be clicked, and clicks it. */
    public Browser click(String css) {
        return click(css, () -> find(css));
    }

    public Browser click(String css, String text) {
        return click(css, () -> find(css, text));
    }

    private Browser click(String css, Supplier<WebElement> element) {
        await("a click on " + css, () -> {
            element.get().click();
            return Optional.of(true);
        });
        return this;
    }

    /** Replaces the text of a field. */
    public Browser type(String css, String text) {
        var field = find(css);
        field.clear();
        field.sendKeys(text);
        return this;
    }

    /** Waits until a text is shown somewhere on the page. */
    public Browser awaitText(String text) {
        find("body", text);
        return this;
    }

    private <T> T await(String what, Supplier<Optional<T>> search) {
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                var found = search.get();
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (StaleElementReferenceException
                    | NoSuchElementException
                    | org.openqa.selenium.ElementNotInteractableException e) {
                // the page is changing
            } catch (WebDriverException e) {
                if (!e.getMessage().contains("does not belong to the document")) { // another page is being opened
                    throw e;
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not on the page: " + what + "\n" + driver.getCurrentUrl() + "\n"
                        + driver.findElement(By.tagName("body")).getText() + "\n" + errors());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(50).toNanos());
        }
    }

    @SuppressWarnings("unchecked")
    public <T> T script(String script, Object... arguments) {
        return (T) driver.executeScript(script, arguments);
    }

    /** Returns what the console has shown since the last call: scripts that failed and what the policy of the page has blocked. */
    public List<String> errors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getLevel() + " " + entry.getMessage())
                .toList();
    }

    /**
     * Fails if axe finds a violation of WCAG 2.2 AA or of its best practices on the page as it is now, or on the other screen in the
     * other colours.
     */
    public Browser assertAccessible(String state) {
        assertNoViolation(state);
        var wasPhone = screen == Screen.PHONE;
        screen(wasPhone ? Screen.DESKTOP : Screen.PHONE).dark(!isDark).assertNoViolation(state);
        return screen(wasPhone ? Screen.PHONE : Screen.DESKTOP).dark(!isDark);
    }

    private void assertNoViolation(String state) {
        var violations = new AxeBuilder()
                .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"))
                .analyze(driver)
                .getViolations();
        assertThat(violations.stream().map(Browser::show))
                .as("axe: " + state + ", " + screen + (isDark ? ", dark" : ", light"))
                .isEmpty();
        assertThat(this.<Long>script(
                        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .as("too wide, in px: " + state + ", " + screen)
                .isLessThanOrEqualTo(0);
    }

    private static String show(Rule rule) {
        return rule.getId() + ": " + rule.getHelp() + "\n"
                + rule.getNodes().stream()
                        .map(node -> "  " + node.getHtml() + "\n  " + node.getFailureSummary())
                        .collect(Collectors.joining("\n"));
    }

    /** Writes what the browser shows to a PNG. */
    public void screenshot(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
        try (var files = Files.walk(profile)) {
            files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException | UncheckedIOException e) {
            // the browser is still writing to it
        }
    }
}
