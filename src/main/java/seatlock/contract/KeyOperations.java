package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.contract.KeyBodies.ApiKeyBody;
import seatlock.contract.KeyBodies.ApiKeyList;
import seatlock.contract.KeyBodies.NewApiKey;
import seatlock.contract.KeyBodies.Rotation;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on API keys, as the OpenAPI document describes them. KeyHandlers carries them out. */
public interface KeyOperations {

    @OpenApi(
            path = "/api/keys",
            methods = HttpMethod.POST,
            operationId = "createKey",
            tags = "Keys",
            summary = "Create an API key",
            description =
                    "The key is shown only in this response. If the response is lost, find the key in the list and revoke it.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewApiKey.class, example = Examples.NEW_API_KEY)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Created",
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
            summary = "List API keys in order of creation, without their secrets",
            description =
                    "Keys that were revoked or have expired are included. Pass `next` as `after` until it is null.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            queryParams = {
                @OpenApiParam(name = "limit", type = Integer.class, description = "1 to 1000; default 100"),
                @OpenApiParam(name = "after", type = UUID.class, description = "`next` of the previous page")
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
                    "The node that responds refuses the key from now on, other nodes within a second. Revoking a key"
                            + " again has no effect.",
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
            summary = "Replace an API key with a new one that has the same permissions",
            description =
                    "The old key remains valid for the `overlap`, so that its clients can switch to the new one. The"
                            + " new key does not expire. If the response is lost, find the new key in the list, revoke"
                            + " it and send the request again.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "keyId", type = UUID.class, required = true),
            requestBody =
                    @OpenApiRequestBody(
                            content = @OpenApiContent(from = Rotation.class, example = Examples.ROTATE_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Created",
                        content = @OpenApiContent(from = ApiKeyBody.class, example = Examples.API_KEY_CREATED)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void rotate(Context ctx);
}
