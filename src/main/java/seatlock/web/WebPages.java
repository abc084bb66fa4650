package seatlock.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.security.RouteRole;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Pages;
import seatlock.http.Problem;
import seatlock.http.PublicUrl;
import seatlock.http.Requests;

/**
 * The pages with which a venue sells without writing code: the start page, the shop, an order, the gate and the office. Each is a file
 * of HTML that loads modules, which use the public API and nothing else. No request waits for the database.
 */
public final class WebPages implements Pages {

    /** A year: the path of a file changes with its content. */
    private static final String FOR_EVER = "public, max-age=31536000, immutable";

    private static final String GATE = "gate/gate.js";

    private static final String NO_CAMERA = "camera=(), microphone=(), geolocation=()";

    private final Assets assets = new Assets();
    private final String sitesWithShop;

    /** @param origins whose pages may show the shop in a frame, such as {@code https://venue.example}, or {@code *} */
    public WebPages(Set<String> origins) {
        this.sitesWithShop = Stream.concat(
                        Stream.of("'self'"),
                        origins.stream()
                                .filter(origin -> origin.equals("*") || origin.startsWith("http"))
                                .sorted())
                .collect(Collectors.joining(" "));
    }

    @Override
    public void addRoutes(RoutesConfig routes, RouteRole anyone) {
        var start = page(new Look("Tickets", true, "shop/shop.css", "start.js"), "'none'");
        Pages.add(routes, "/", ctx -> startOrLinks(ctx, start), anyone);
        var shop = page(new Look("Tickets", true, "shop/shop.css", "shop/shop.js"), sitesWithShop);
        Pages.add(routes, "/shop", shop, anyone);
        Pages.add(routes, "/shop/{eventId}", shop, anyone);
        var order = page(new Look("Your order", false, "order/order.css", "order/order.js"), sitesWithShop);
        Pages.add(routes, "/order/{eventId}/{reservationId}", order, anyone);
        var office = page(new Look("Office", false, "office/office.css", "office/office.js"), "'none'");
        Pages.add(routes, "/office", office, anyone);
        Pages.add(routes, "/gate", gate(), anyone);
        Pages.add(routes, "/gate/worker.js", script("gate/worker.js"), anyone);
        Pages.add(routes, "/embed.js", script("embed.js"), anyone);
        Pages.add(routes, "/web/{version}/<file>", this::file, anyone);
    }

    private static void startOrLinks(Context ctx, Handler start) throws Exception {
        ctx.res().addHeader("Vary", "Accept");
        if (Requests.isFromPerson(ctx)) {
            start.handle(ctx);
        } else {
            ctx.contentType("application/json").result(Json.write(links(ctx)));
        }
    }

    private static Map<String, Object> links(Context ctx) {
        var links = new TreeMap<String, String>();
        Map.of(
                        "shop", "/shop",
                        "gate", "/gate",
                        "office", "/office",
                        "events", "/api/events",
                        "openapi", "/api/openapi.json",
                        "docs", "/api/docs")
                .forEach((name, path) -> links.put(name, PublicUrl.of(ctx).link(path)));
        return Map.of("links", links);
    }

    /**
     * The differences between the pages.
     *
     * @param title until its script has found the words of its reader
     * @param isFound whether search engines may list it
     * @param style file of what its look adds to the design of all pages
     * @param module that shows it
     */
    private record Look(String title, boolean isFound, String style, String module) {}

    /** @param frameAncestors the sites that may show the page in a frame */
    private Handler page(Look look, String frameAncestors) {
        return page(look, "script-src 'self'", frameAncestors, NO_CAMERA);
    }

    /** The gate scans with the camera, reads codes with WebAssembly, and has a worker that keeps the page for times without a network. */
    private Handler gate() {
        return page(
                new Look("Gate", false, "gate/gate.css", GATE),
                "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; media-src 'self' blob:",
                "'none'",
                "camera=(self), microphone=(), geolocation=()");
    }

    private Handler page(Look look, String scripts, String frameAncestors, String permissions) {
        var html = assets.text("page.html")
                .replace("{robots}", look.isFound ? "all" : "noindex")
                .replace("{title}", look.title)
                .replace("{style}", look.style)
                .replace("{module}", look.module)
                .replace("{preloads}", preloads(look.module));
        var policy =
                "default-src 'none'; " + scripts + "; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
                        + " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors " + frameAncestors;
        return ctx -> {
            var base = PublicUrl.of(ctx).path();
            ctx.header("Content-Security-Policy", policy)
                    .header("Permissions-Policy", permissions)
                    .header("Cache-Control", "no-cache")
                    .contentType("text/html;charset=utf-8")
                    .result(html.replace("{web}", base + "/web/" + assets.version()));
        };
    }

    /** Lets a browser fetch all modules at once, and not each after the one that imports it. */
    private String preloads(String module) {
        return assets.withImports(module).stream()
                .map(each -> "<link rel=\"modulepreload\" href=\"{web}/" + each + "\">")
                .collect(Collectors.joining("\n"));
    }

    /**
     * A script at a path that never changes. Pages of other sites may load it, as far as CORS_ORIGINS allows. The policy is that of the
     * gate's worker, which fetches what it keeps.
     */
    private Handler script(String name) {
        var source = assets.text(name).replace("{modules}", String.join(" ", assets.withImports(GATE)));
        return ctx -> ctx.header("Cache-Control", "no-cache")
                .header("Content-Security-Policy", "default-src 'none'; connect-src 'self'; frame-ancestors 'none'")
                .header("Cross-Origin-Resource-Policy", "cross-origin")
                .header("Service-Worker-Allowed", PublicUrl.of(ctx).path() + "/gate")
                .contentType(Assets.type(name).orElseThrow())
                .result(source.replace("{web}", PublicUrl.of(ctx).path() + "/web/" + assets.version()));
    }

    /** While nodes are upgraded, a page of one may ask another for a file: it gets the file of that node, which nobody keeps. */
    private void file(Context ctx) {
        var name = ctx.pathParam("file");
        var bytes = assets.find(name)
                .orElseThrow(
                        () -> Problem.of(HttpProblem.NOT_FOUND, "No such file.").refuse());
        var isCurrent = ctx.pathParam("version").equals(assets.version());
        ctx.header("Cache-Control", isCurrent ? FOR_EVER : "no-store")
                .contentType(Assets.type(name).orElseThrow())
                .result(bytes);
    }
}
