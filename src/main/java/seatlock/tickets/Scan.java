package seatlock.tickets;

import java.time.Instant;
import java.util.Optional;
import seatlock.changes.Actor;

/**
 * A scan at a gate, on the way in or out.
 *
 * @param code content of the QR code, or the number printed on the ticket, with or without dashes and in any case
 * @param scannedAt by the gate's clock, if the scan is uploaded later; empty for now
 * @param nonce the gate's own name for the scan, so that the upload can be repeated
 * @param actor the key of the gate
 */
public record Scan(String code, String gate, Optional<Instant> scannedAt, Optional<String> nonce, Actor actor) {}
