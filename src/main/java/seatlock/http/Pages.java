package seatlock.http;

import io.javalin.config.RoutesConfig;
import io.javalin.security.RouteRole;

/** Pages for people, which the server has besides its API. */
public interface Pages {

    /** Adds the routes. @param anyone the role of a page that anybody may see */
    void addRoutes(RoutesConfig routes, RouteRole anyone);
}
