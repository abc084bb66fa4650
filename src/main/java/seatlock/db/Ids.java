package seatlock.db;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import com.fasterxml.uuid.impl.TimeBasedEpochRandomGenerator;
import java.util.UUID;

/** Generates IDs: UUIDs of version 7 (RFC 9562), ordered by time, so that rows created together are adjacent in an index. */
public final class Ids {

    private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

    private static final TimeBasedEpochRandomGenerator UNGUESSABLE = Generators.timeBasedEpochRandomGenerator();

    private Ids() {}

    /** Returns an ID. IDs of the same millisecond are consecutive, so the others can be guessed from one of them. */
    public static UUID next() {
        return GENERATOR.generate();
    }

    /** Returns an ID with 74 random bits, which cannot be guessed from others. */
    public static UUID nextUnguessable() {
        return UNGUESSABLE.generate();
    }
}
