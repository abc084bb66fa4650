package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.PagesSystem;

/** How the pages and their files are served. */
class WebPagesTest {

    private static final String VENUE = "https://venue.example";
    private static final PagesSystem SYSTEM = new PagesSystem(
            Map.of("CORS_ORIGINS", VENUE + ",capacitor://localhost", "PUBLIC_URL", "https://tickets.example/box"));
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @AfterAll
    static void close() {
        SYSTEM.close();
    }

    private static HttpResponse<String> get(String path, String... header) {
        try {
            var request = HttpRequest.newBuilder(URI.create(SYSTEM.url() + path));
            if (header.length > 0) {
                request.headers(header);
            }
            return CLIENT.send(request.build(), BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "/,none",
        "/shop,self and the venue",
        "/shop/01890a5d-ac96-774b-bcce-b302099a8057,self and the venue",
        "/order/01890a5d-ac96-774b-bcce-b302099a8057/01890a5d-ac96-774b-bcce-b302099a8058,self and the venue",
        "/gate,none",
        "/office,none"
    })
    void a_page_loads_nothing_from_elsewhere_and_is_framed_by_listed_sites_only(String path, String ancestors) {
        var page = get(path, "Accept", "text/html,*/*");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(header(page, "Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(header(page, "Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'self'")
                .contains("style-src 'self'", "connect-src 'self'", "base-uri 'none'")
                .endsWith("frame-ancestors " + (ancestors.equals("none") ? "'none'" : "'self' " + VENUE))
                .doesNotContain("unsafe-inline", "unsafe-eval'; style");
        assertThat(header(page, "Permissions-Policy")).contains(path.equals("/gate") ? "camera=(self)" : "camera=()");
        assertThat(page.body()).doesNotContain("{web}", "<style", " style=", "onclick");
        assertThat(Pattern.compile("<script(?! type=\"module\" src=\"/box/web/)")
                        .matcher(page.body())
                        .find())
                .isFalse();
    }

    @Test
    void files_are_kept_by_browsers_because_their_paths_contain_a_hash() {
        var page = get("/shop", "Accept", "text/html").body();
        var path = Pattern.compile("/box(/web/[0-9a-f]{16})/design.css")
                .matcher(page)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);

        var style = get(path + "/design.css");
        assertThat(header(style, "Content-Type")).isEqualTo("text/css;charset=utf-8");
        assertThat(header(style, "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(header(get(path + "/lib/api.js"), "Content-Type")).isEqualTo("text/javascript;charset=utf-8");
        // Of a node with another release: right now, but not for ever.
        assertThat(header(get("/web/0123456789abcdef/design.css"), "Cache-Control"))
                .isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/web/x/none.js", "/web/x/shop.html", "/web/x/../pom.xml", "/web/x", "/order/1", "/gate/other.js"
            })
    void other_paths_are_not_found(String path) {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void programs_get_links_instead_of_the_start_page() {
        var links = get("/", "Accept", "application/json");
        assertThat(header(links, "Content-Type")).startsWith("application/json");
        assertThat(links.body())
                .contains(
                        "\"shop\":\"https://tickets.example/box/shop\"",
                        "\"openapi\":\"https://tickets.example/box/api/openapi.json\"");
        assertThat(header(links, "Vary")).isNotEmpty();
        assertThat(header(get("/", "Accept", "text/html"), "Content-Type")).startsWith("text/html");
    }

    @Test
    void other_sites_may_load_the_script_that_shows_the_shop() {
        var script = get("/embed.js", "Origin", VENUE);
        assertThat(script.statusCode()).isEqualTo(200);
        assertThat(header(script, "Access-Control-Allow-Origin")).isEqualTo(VENUE);
        assertThat(header(script, "Cross-Origin-Resource-Policy")).isEqualTo("cross-origin");
        assertThat(header(get("/embed.js", "Origin", "https://other.example"), "Access-Control-Allow-Origin"))
                .isEmpty();
    }

    @Test
    void without_pages_their_paths_are_not_found() {
        try (var system = new PagesSystem(Map.of("PAGES", "off"))) {
            for (var path : new String[] {"/", "/shop", "/gate", "/office", "/embed.js", "/web/x/design.css"}) {
                assertThat(system.api.get(path).status()).as(path).isEqualTo(404);
            }
            assertThat(system.api.get("/api/events").status()).isEqualTo(200);
        }
    }
}
