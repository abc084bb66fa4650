package seatlock.api;

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
final class KeyBodies {

    private KeyBodies() {}

    @OpenApiName("NewApiKey")
    record NewApiKey(
            @OpenApiRequired @OpenApiDescription("admin, sales or gate")
            String role,

            @OpenApiRequired @OpenApiDescription("To tell it from others; 1 to 100 characters")
            String name,

            @OpenApiDescription("Ids of the events it is for, at most 100; absent: all of them, those to come included")
            List<String> events,

            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.AUTO)
            @OpenApiDescription("From when on it is refused; absent: never")
            String expiresAt) {}

    @OpenApiName("Rotation")
    record Rotation(
            @OpenApiDescription(
                    "How long the old key is good for yet, as ISO 8601 has it, at most P30D; PT1H unless given")
            String overlap) {}

    @OpenApiName("ApiKey")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ApiKeyBody(
            @OpenApiRequired UUID id,
            @OpenApiRequired String role,
            @OpenApiRequired String name,

            @OpenApiDescription("Absent if it is for all events")
            List<UUID> events,

            @OpenApiRequired Instant createdAt,

            @OpenApiDescription("Absent if it does not expire")
            Instant expiresAt,

            @OpenApiDescription("Absent if it was not revoked")
            Instant revokedAt,

            @OpenApiDescription("To the minute; absent if it was never used")
            Instant lastUsedAt,

            @OpenApiDescription("The key itself: here, and never again")
            String key) {

        static ApiKeyBody of(ApiKey key) {
            return of(key, null);
        }

        static ApiKeyBody of(ApiKeys.Created created) {
            return of(created.key(), created.secret().reveal());
        }

        private static ApiKeyBody of(ApiKey key, String secret) {
            return new ApiKeyBody(
                    key.id(),
                    key.role().word(),
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
    record ApiKeyList(
            @OpenApiRequired List<ApiKeyBody> keys,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("What to pass as `after` for the next page; null on the last one")
            UUID next) {}
}
