package seatlock.workers;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import net.greghaines.jesque.Config;
import net.greghaines.jesque.ConfigBuilder;
import net.greghaines.jesque.client.AbstractClient;
import redis.clients.jedis.Jedis;
import seatlock.jobs.Jobs;

/** The queue in Redis, in Resque's format: {@code {"class":"IssueTickets","args":["<event>","<job>"],"vars":null}}. */
final class ResqueQueue {

    static final String NAME = "tickets";

    /** A healthy Redis responds within milliseconds. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    private ResqueQueue() {}

    /** Opens a connection. */
    static Jedis connect(URI redis) {
        return new Jedis(redis, (int) TIMEOUT.toMillis());
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

    static long length(Jedis redis) {
        return redis.llen(key("queue", NAME));
    }

    static void push(Jedis redis, List<Jobs.Due> jobs) {
        var payloads = jobs.stream().map(ResqueQueue::payload).toList();
        AbstractClient.doBatchEnqueue(redis, ConfigBuilder.DEFAULT_NAMESPACE, NAME, payloads);
    }

    private static String payload(Jobs.Due due) {
        // None of the three contains a character that JSON must escape.
        return "{\"class\":\"%s\",\"args\":[\"%s\",\"%s\"],\"vars\":null}"
                .formatted(due.kind().wireName(), due.event(), due.id());
    }
}
