package seatlock.http;

import java.util.LinkedHashMap;

/**
 * A map with a bound: beyond it, what was not asked for longest is forgotten. What was put in last always stays, however
 * much it weighs. Not for several threads at once.
 */
final class Lru<K, V> {

    private record Weighed<V>(V value, long weight) {}

    private final long maxWeight;
    private final LinkedHashMap<K, Weighed<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long weight;

    /** @param maxWeight of all values together */
    Lru(long maxWeight) {
        this.maxWeight = maxWeight;
    }

    /** The value, or {@code null}. */
    V get(K key) {
        var entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    void put(K key, V value, long valueWeight) {
        var before = entries.put(key, new Weighed<>(value, valueWeight));
        weight += valueWeight - (before == null ? 0 : before.weight());
        var eldest = entries.entrySet().iterator();
        while (weight > maxWeight && entries.size() > 1) {
            weight -= eldest.next().getValue().weight();
            eldest.remove();
        }
    }

    /** Of all values together. */
    long weight() {
        return weight;
    }
}
