package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.Nullability;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiNullable;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatlock.access.ApiKey;
import seatlock.access.ApiKeys;
import seatlock.catalog.EventId;

/** JSON of requests and responses about API keys. */
public final class KeyBodies {

    private KeyBodies() {}

    @OpenApiName("NewApiKey")
    public record NewApiKey(
            @OpenApiRequired @OpenApiDescription("admin, sales or gate")
            String role,

            @OpenApiRequired @OpenApiDescription("Describes the key to people; 1 to 100 characters")
            String name,

            @OpenApiDescription(
                    "Ids of the events that the key is for, 1 to 100; leave it out for all events, including future ones")
            List<String> events,

            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.AUTO)
            @OpenApiDescription("When the key expires; leave it out for a key that does not expire")
            String expiresAt) {}

    @OpenApiName("Rotation")
    public record Rotation(
            @OpenApiDescription(
                    "How long the old key remains valid: an ISO 8601 duration of at most P30D; default PT1H")
            String overlap) {}

    @OpenApiName("ApiKey")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ApiKeyBody(
            @OpenApiRequired UUID id,

            @OpenApiRequired
            @OpenApiDescription("unknown if a newer release of Seatlock created the key; it then permits nothing here")
            String role,

            @OpenApiRequired String name,

            @OpenApiDescription("Absent if the key is for all events")
            List<UUID> events,

            @OpenApiRequired Instant createdAt,

            @OpenApiDescription("Absent if the key does not expire")
            Instant expiresAt,

            @OpenApiDescription("Absent if the key was not revoked")
            Instant revokedAt,

            @OpenApiDescription("To the minute; absent if the key was never used")
            Instant lastUsedAt,

            @OpenApiDescription("The key itself; shown only in this response")
            String key) {

        public static ApiKeyBody of(ApiKey key) {
            return of(key, null);
        }

        public static ApiKeyBody of(ApiKeys.Created created) {
            return of(created.key(), created.secret().reveal());
        }

        private static ApiKeyBody of(ApiKey key, String secret) {
            return new ApiKeyBody(
                    key.id(),
                    key.roleName(),
                    key.name(),
                    key.isForAllEvents()
                            ? null
                            : key.events().stream().map(EventId::value).sorted().toList(),
                    key.createdAt(),
                    key.expiresAt(),
                    key.revokedAt(),
                    key.lastUsedAt(),
                    secret);
        }
    }

    @OpenApiName("ApiKeys")
    public record ApiKeyList(
            @OpenApiRequired List<ApiKeyBody> keys,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            UUID next) {}
}
