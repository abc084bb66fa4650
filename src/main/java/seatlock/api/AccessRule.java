package seatlock.api;

import io.javalin.security.RouteRole;
import java.util.Optional;
import seatlock.access.Role;

/** The callers that a route accepts. */
enum AccessRule implements RouteRole {
    /** Anybody, with or without credentials. */
    ANYONE(null),
    /** The holder of the reservation's token or of a sales key for its event. Everybody else gets not-found. */
    HOLDER(null),
    /** The holder of a sales key for the event, or of the token of a reservation for which nothing is to be paid. */
    CONFIRMER(null),
    /** The holder of a sales key for the event. */
    SALES(Role.SALES),
    /** The holder of a sales key for any event; the operation is limited to the events of the key. */
    SELLER(Role.SALES),
    /** The holder of a gate key for the event. */
    GATE(Role.GATE),
    /** The holder of an admin key for all events. */
    ADMIN(Role.ADMIN);

    private final Role role;

    AccessRule(Role role) {
        this.role = role;
    }

    /** Returns the role that a key must have; empty if no key is required. */
    Optional<Role> role() {
        return Optional.ofNullable(role);
    }
}
