package seatlock.api;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.api.KeyBodies.ApiKeyBody;
import seatlock.api.KeyBodies.ApiKeyList;
import seatlock.api.KeyBodies.NewApiKey;
import seatlock.api.KeyBodies.Rotation;
import seatlock.api.docs.ApiDocument;
import seatlock.api.docs.Examples;

/** The operations on API keys, as the OpenAPI document describes them. {@link KeyHandlers} carries them out. */
interface KeyOperations {

    @OpenApi(
            path = "/api/keys",
            methods = HttpMethod.POST,
            operationId = "createKey",
            tags = "Keys",
            summary = "Make an API key",
            description =
                    "The answer is the only place where the key is ever shown. Who got no answer finds what was made"
                            + " in the list, and revokes it.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewApiKey.class, example = Examples.NEW_API_KEY)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Made",
                        content = @OpenApiContent(from = ApiKeyBody.class, example = Examples.API_KEY_CREATED)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void create(Context ctx);

    @OpenApi(
            path = "/api/keys",
            methods = HttpMethod.GET,
            operationId = "listKeys",
            tags = "Keys",
            summary = "List API keys in the order in which they were made, without their secrets",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            queryParams = {
                @OpenApiParam(name = "limit", type = Integer.class, description = "1 to 1000; 100 unless given"),
                @OpenApiParam(name = "after", type = UUID.class, description = "`next` of the page before")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ApiKeyList.class, example = Examples.API_KEYS)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void list(Context ctx);

    @OpenApi(
            path = "/api/keys/{keyId}",
            methods = HttpMethod.DELETE,
            operationId = "revokeKey",
            tags = "Keys",
            summary = "Revoke an API key",
            description =
                    "It is refused at once by the node that answers, and by the others at most a second later. Again"
                            + " changes nothing.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "keyId", type = UUID.class, required = true),
            responses = {
                @OpenApiResponse(status = "204", description = "Revoked"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void revoke(Context ctx);

    @OpenApi(
            path = "/api/keys/{keyId}/rotate",
            methods = HttpMethod.POST,
            operationId = "rotateKey",
            tags = "Keys",
            summary = "Replace an API key by another that may do the same",
            description =
                    "The old one is good for a while yet, so that nobody is locked out meanwhile. The new one does"
                            + " not expire. Who got no answer finds it in the list, revokes it, and asks again.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "keyId", type = UUID.class, required = true),
            requestBody =
                    @OpenApiRequestBody(
                            content = @OpenApiContent(from = Rotation.class, example = Examples.ROTATE_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Made",
                        content = @OpenApiContent(from = ApiKeyBody.class, example = Examples.API_KEY_CREATED)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void rotate(Context ctx);
}
