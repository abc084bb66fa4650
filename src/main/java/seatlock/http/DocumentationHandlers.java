package seatlock.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * The OpenAPI document, Swagger UI and ReDoc, and a page for each type of problem. They load nothing from outside: their
 * files are in the jar, and the Content-Security-Policy has the browser refuse the rest (ReDoc asks for a logo).
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

    static Handler openApi() {
        return file("application/json", ApiDocument.bytes());
    }

    static Handler swaggerUi() {
        return file("text/html; charset=utf-8", Resources.bytes("/docs/swagger.html"));
    }

    static Handler swaggerUiFile(String name, String contentType) {
        var folder = "/META-INF/resources/webjars/swagger-ui/" + BUILD.getProperty("swagger-ui");
        return file(contentType, Resources.bytes(folder + "/" + name));
    }

    static Handler redoc() {
        return file("text/html; charset=utf-8", Resources.bytes("/docs/redoc.html"));
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

    /** Where the {@code type} of a problem leads: what it means, and what to do about it. */
    static void problem(Context ctx) {
        var type = ProblemType.ofSlug(ctx.pathParam("slug"))
                .orElseThrow(() -> Problem.of(ProblemType.NOT_FOUND, "There is no such type of problem.")
                        .refuse());
        ctx.contentType("text/plain; charset=utf-8")
                .result("%s (%d)%n%n%s.%n%s%n".formatted(type.slug(), type.status(), type.title(), type.advice()));
    }
}
