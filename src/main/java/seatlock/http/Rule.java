package seatlock.http;

import io.javalin.security.RouteRole;
import java.util.Optional;
import seatlock.access.Role;

/** Who may call a route. */
enum Rule implements RouteRole {
    /** Whoever likes. What else he comes with makes no difference. */
    ANYONE(null),
    /** Who has the token of the reservation it is about, or a sales key for its event; for all others it is not there. */
    HOLDER(null),
    /** Who has a sales key for the event. */
    SALES(Role.SALES),
    /** Who has a gate key for the event. */
    GATE(Role.GATE),
    /** Who has an admin key for all events. */
    ADMIN(Role.ADMIN);

    private final Role role;

    Rule(Role role) {
        this.role = role;
    }

    /** The role that a key needs; empty if no key is needed. */
    Optional<Role> role() {
        return Optional.ofNullable(role);
    }
}
