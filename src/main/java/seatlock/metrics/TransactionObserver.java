package seatlock.metrics;

/** Receives how transactions fare, on the threads that run them: an implementation must be quick and throw nothing. */
public interface TransactionObserver {

    /** Ignores everything. */
    TransactionObserver NONE = new TransactionObserver() {
        @Override
        public void ended(long nanos) {}

        @Override
        public void locked(long nanos) {}

        @Override
        public void lockTimedOut() {}

        @Override
        public void retried() {}
    };

    /** @param nanos from when the transaction had its connection to its commit or rollback */
    void ended(long nanos);

    /** @param nanos how long a statement that locks rows took: mostly the wait for the locks, if there was any */
    void locked(long nanos);

    /** A transaction failed because it did not acquire a lock in time. */
    void lockTimedOut();

    /** A transaction starts over after a deadlock or a serialization failure. */
    void retried();
}
