package seatlock.metrics;

/** Observes transactions, on the threads that run them. An implementation must be fast and throw nothing. */
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

    /**
     * A transaction was committed or rolled back.
     *
     * @param nanos since the transaction acquired its connection
     */
    void ended(long nanos);

    /**
     * A statement that locks rows has ended.
     *
     * @param nanos how long it took, including the wait for the locks
     */
    void locked(long nanos);

    /** A transaction failed because it did not acquire a lock in time. */
    void lockTimedOut();

    /** A transaction starts over after a deadlock or a serialization failure. */
    void retried();
}
