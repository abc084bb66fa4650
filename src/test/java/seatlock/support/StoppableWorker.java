package seatlock.support;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import seatlock.catalog.Catalog;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.inventory.InventoryReader;
import seatlock.jobs.Jobs;
import seatlock.jobs.RetryPolicy;
import seatlock.mail.Mailer;
import seatlock.metrics.Metrics;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;
import seatlock.workers.JobRunner;
import seatlock.workers.Relay;
import seatlock.workers.TicketDelivery;
import seatlock.workers.WorkerPool;

/**
 * A worker process that stops at a step of its work and prints STOPPED, so that a test can kill it there with SIGKILL.
 */
public final class StoppableWorker {

    /** Several, so that others are busy when one is stopped. */
    public static final int THREADS = 4;

    private static final RetryPolicy POLICY =
            new RetryPolicy(200, Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofSeconds(2));

    private StoppableWorker() {}

    /** @param args database, user, password, Redis, SMTP, the step to stop at (or NONE), and at which occurrence of it */
    public static void main(String[] args) throws InterruptedException {
        var database = Database.open(new DatabaseUrl(args[0], args[1], args[2]), 10, Duration.ofSeconds(10));
        var redis = URI.create(args[3]);
        var mailer = new Mailer(URI.create(args[4]), "Seatlock <tickets@example.org>");
        var left = new AtomicInteger(Integer.parseInt(args[6]));
        var jobs = new Jobs();
        var tickets = new Tickets(new TicketKeys(database), jobs);
        var inventory = new InventoryReader();
        var work = new TicketDelivery(database, new Catalog(), inventory, tickets, mailer, Optional.empty(), step -> {
            if (step.name().equals(args[5]) && left.decrementAndGet() == 0) {
                System.out.println("STOPPED");
                waitToBeKilled();
            }
        });
        var metrics = new Metrics();
        var runner = new JobRunner(database, jobs, work.handlers(), POLICY, metrics);
        new WorkerPool(redis, runner, THREADS, metrics).start();
        new Relay(database, jobs, redis).start();
        System.out.println("Ready.");
        waitToBeKilled();
    }

    private static void waitToBeKilled() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
