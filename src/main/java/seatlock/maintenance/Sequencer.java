package seatlock.maintenance;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.changes.Feed;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;

/**
 * Gives the changes of all events their positions in the feeds, whether or not anybody reads them.
 *
 * <p>It may run on every node: see {@link Feed#sequence}. A reader that waits for changes does not depend on it, because its node
 * gives the positions of the event meanwhile.
 */
public final class Sequencer implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(Sequencer.class);

    private final Database database;
    private final Feed feed;
    private final PeriodicTask task = new PeriodicTask("sequencer", this::runOnce, DatabaseException.class::isInstance);

    public Sequencer(Database database, Feed feed) {
        this.database = database;
        this.feed = feed;
    }

    /** Runs {@link #runOnce} now, and again every second, until closed. */
    public void start() {
        task.start(INTERVAL);
    }

    /**
     * Gives a position to every committed change that has none, except in events in which another node is doing that.
     *
     * @throws RuntimeException what went wrong in the last of the events that failed; the others are done all the same
     */
    public void runOnce() {
        RuntimeException failure = null;
        for (var event : database.inTransaction(feed::findBehind)) {
            try {
                sequence(event);
            } catch (DatabaseException.LockTimeout e) {
                log.debug("The feed of event {} will be continued in the next round", event);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void sequence(EventId event) {
        int count;
        do {
            count = database.inTransaction(tx -> feed.sequence(tx, event));
        } while (count == Feed.BATCH);
    }

    @Override
    public void close() {
        task.close();
    }
}
