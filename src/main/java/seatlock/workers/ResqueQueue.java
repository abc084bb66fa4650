package seatlock.workers;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.greghaines.jesque.Config;
import net.greghaines.jesque.ConfigBuilder;
import net.greghaines.jesque.client.AbstractClient;
import net.greghaines.jesque.utils.ResqueConstants;
import redis.clients.jedis.Jedis;
import seatlock.catalog.EventId;
import seatlock.jobs.Job;

/**
 * The queues in Redis, in Resque's format: {@code {"class":"IssueTickets","args":["<event>","<job>"],"vars":null}}, with further
 * jobs of the event in a batch. Each kind of job has a queue of its own, so that what a buyer waits for is not behind thousands of jobs that a change of an event causes.
 */
final class ResqueQueue {

    /** Time limit for each use of Redis. A healthy Redis responds within milliseconds. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    private ResqueQueue() {}

    /** Returns the name of the queue for a kind of job. */
    static String name(Job.Kind kind) {
        return switch (kind) {
            case ISSUE_TICKETS -> "tickets";
            case SEND_TICKETS -> "mail";
            case SEND_TRANSFERRED_TICKET -> "transfers";
            case SEND_TRANSFER_NOTICE -> "transfer-notices";
            case SEND_REFUND -> "refunds";
            case SEND_PAYMENT_RETURNED -> "payments-returned";
            case REFRESH_EVENT -> "refreshes";
            case ANNOUNCE_CHANGE -> "announcements";
            case RENEW_TICKETS -> "renewals";
            case SEND_UPDATE -> "updates";
            case SEND_CANCELLATION -> "cancellations";
        };
    }

    /**
     * Returns the queues of a Seatlock worker from its name in Redis: host, process and number, and queues, which Jesque writes
     * after a word of its own, separated by commas. Empty for a worker of another program.
     */
    static Optional<String> ofWorker(String name) {
        var parts = name.split(":", 3);
        var listed = parts.length < 3 ? "" : parts[2].replaceFirst("^" + ResqueConstants.JAVA_DYNAMIC_QUEUES + ",", "");
        var known = Stream.of(Job.Kind.values()).map(ResqueQueue::name).toList();
        return known.containsAll(List.of(listed.split(","))) ? Optional.of(listed) : Optional.empty();
    }

    static Config config(URI redis) {
        var path = redis.getPath() == null ? "" : redis.getPath().replaceFirst("^/", "");
        return new ConfigBuilder()
                .withDatabase(path.isEmpty() ? 0 : Integer.parseInt(path))
                .build();
    }

    static String key(String... parts) {
        return ConfigBuilder.DEFAULT_NAMESPACE + ":" + String.join(":", parts);
    }

    static long length(Jedis redis, Job.Kind kind) {
        return redis.llen(key("queue", name(kind)));
    }

    /**
     * Adds jobs of a kind to its queue: one payload for each batch of jobs of an event.
     *
     * @param jobs ids by event
     */
    static void push(Jedis redis, Job.Kind kind, Map<EventId, List<UUID>> jobs) {
        var payloads = new ArrayList<String>();
        jobs.forEach((event, ids) -> {
            for (int from = 0; from < ids.size(); from += kind.work().batch()) {
                var to = Math.min(ids.size(), from + kind.work().batch());
                payloads.add(payload(kind, event, ids.subList(from, to)));
            }
        });
        AbstractClient.doBatchEnqueue(redis, ConfigBuilder.DEFAULT_NAMESPACE, name(kind), payloads);
    }

    private static String payload(Job.Kind kind, EventId event, List<UUID> ids) {
        // None of these contains a character that JSON must escape.
        return String.format(
                Locale.ROOT,
                "{\"class\":\"%s\",\"args\":[\"%s\",\"%s\"],\"vars\":null}",
                kind.wireName(),
                event,
                ids.stream().map(UUID::toString).collect(Collectors.joining("\",\"")));
    }
}
