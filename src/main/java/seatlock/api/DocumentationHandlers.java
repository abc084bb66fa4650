package seatlock.api;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Properties;
import seatlock.http.HttpProblem;
import seatlock.http.Problem;
import seatlock.http.PublicUrl;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Resources;

/**
 * Serves the OpenAPI document, Swagger UI, ReDoc, and a page for each type of problem. They load nothing from other hosts: their
 * files are in the jar, and the Content-Security-Policy blocks everything else (ReDoc requests a logo).
 */
final class DocumentationHandlers {

    private static final String CONTENT_SECURITY_POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline';"
            + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";

    private static final Properties BUILD = build();

    private DocumentationHandlers() {}

    private static Properties build() {
        var build = new Properties();
        try {
            build.load(new StringReader(new String(Resources.bytes("/build.properties"), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build;
    }

    static Handler openApi(PublicUrl publicUrl) {
        return file("application/json", ApiDocument.json(ApiProblem.all(), ApiProblem::example, publicUrl));
    }

    /** Returns the document of a server without a public URL. */
    static byte[] openApiDocument() {
        return ApiDocument.json(ApiProblem.all(), ApiProblem::example, PublicUrl.NONE);
    }

    static Handler swaggerUi(PublicUrl publicUrl) {
        return page("/docs/swagger.html", publicUrl);
    }

    /** A page's links are paths, because the page is served with and without a slash at the end, and on any host. */
    private static Handler page(String resource, PublicUrl publicUrl) {
        var html = new String(Resources.bytes(resource), StandardCharsets.UTF_8).replace("{base}", publicUrl.path());
        return file("text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
    }

    static Handler swaggerUiFile(String name, String contentType) {
        var folder = "/META-INF/resources/webjars/swagger-ui/" + BUILD.getProperty("swagger-ui");
        return file(contentType, Resources.bytes(folder + "/" + name));
    }

    static Handler redoc(PublicUrl publicUrl) {
        return page("/docs/redoc.html", publicUrl);
    }

    static Handler redocFile(String name, String contentType) {
        var folder = "/META-INF/resources/webjars/redoc/" + BUILD.getProperty("redoc") + "/bundles";
        return file(contentType, Resources.bytes(folder + "/" + name));
    }

    private static Handler file(String contentType, byte[] bytes) {
        return ctx -> ctx.header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .header("Cache-Control", "no-cache")
                .contentType(contentType)
                .result(bytes);
    }

    /** Explains a problem type and what to do about it. It is at the {@code type} of the problem, below the server's URL. */
    static void problem(Context ctx) {
        var type = ApiProblem.ofSlug(ctx.pathParam("slug"))
                .orElseThrow(() -> Problem.of(HttpProblem.NOT_FOUND, "No such problem type.")
                        .refuse());
        ctx.contentType("text/plain; charset=utf-8")
                .result(String.format(
                        Locale.ROOT, "%s (%d)\n\n%s.\n%s\n", type.slug(), type.status(), type.title(), type.advice()));
    }
}
