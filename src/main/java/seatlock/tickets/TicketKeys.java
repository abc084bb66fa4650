package seatlock.tickets;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import seatlock.db.Database;
import seatlock.db.Tx;

/**
 * The Ed25519 keys that sign tickets. They are stored in the database, so that every node has them. The newest key signs;
 * all keys verify, so tickets stay valid after a rotation. A key never changes, so loaded keys are cached.
 */
public final class TicketKeys {

    /** A key pair. */
    private record Key(int id, PublicKey publicKey, PrivateKey privateKey) {}

    private final Database database;
    private final ConcurrentHashMap<Integer, Key> known = new ConcurrentHashMap<>();

    public TicketKeys(Database database) {
        this.database = database;
    }

    /** Creates the first key if there is none. Safe to call on several nodes at once: only one key is created. */
    public void ensureFirst() {
        database.inTransaction(tx -> {
            if (load(tx).isEmpty()) {
                insert(tx, 1);
            }
            return null;
        });
    }

    /**
     * Adds a key, which signs all new tickets.
     *
     * @return its ID
     * @throws IllegalStateException if another process added a key at the same time
     */
    public int rotate() {
        return database.inTransaction(tx -> {
            var id = load(tx).stream().mapToInt(Key::id).max().orElse(0) + 1;
            if (insert(tx, id) == 0) {
                throw new IllegalStateException("Another process has just added key " + id + "; nothing was changed");
            }
            return id;
        });
    }

    private static int insert(Tx tx, int id) throws SQLException {
        try {
            var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return tx.update(
                    """
                    INSERT INTO ticket_keys (key_id, public_key, private_key, created_at)
                    VALUES (?, ?, ?, ?)
                    ON CONFLICT (key_id) DO NOTHING
                    """, id, pair.getPublic().getEncoded(), pair.getPrivate().getEncoded(), tx.readClock());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no Ed25519; Seatlock requires Java 17", e);
        }
    }

    private static List<Key> load(Tx tx) throws SQLException {
        return tx.query("SELECT key_id, public_key, private_key FROM ticket_keys ORDER BY key_id", row -> {
            try {
                var factory = KeyFactory.getInstance("Ed25519");
                return new Key(
                        row.integer("key_id"),
                        factory.generatePublic(new X509EncodedKeySpec(row.bytes("public_key"))),
                        factory.generatePrivate(new PKCS8EncodedKeySpec(row.bytes("private_key"))));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(
                        "Key " + row.integer("key_id") + " in ticket_keys is not an Ed25519 key", e);
            }
        });
    }

    /** Returns the private key for an ID that must exist. */
    PrivateKey privateKey(Tx tx, int id) throws SQLException {
        return find(tx, id).privateKey();
    }

    /** Returns the public key for an ID, or {@code null} if there is none. */
    PublicKey publicKey(Tx tx, int id) throws SQLException {
        var key = find(tx, id);
        return key == null ? null : key.publicKey();
    }

    private Key find(Tx tx, int id) throws SQLException {
        var key = known.get(id);
        if (key == null) {
            load(tx).forEach(loaded -> known.put(loaded.id(), loaded));
            key = known.get(id);
        }
        return key;
    }

    /** Returns all public keys by ID, as the 32 bytes of RFC 8032, which are the end of the X.509 encoding. */
    public Map<Integer, byte[]> publicKeys(Tx tx) throws SQLException {
        var keys = new TreeMap<Integer, byte[]>();
        for (var key : load(tx)) {
            var encoded = key.publicKey().getEncoded();
            keys.put(key.id(), Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        }
        return keys;
    }
}
