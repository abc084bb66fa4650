package seatlock.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.security.RouteRole;
import java.util.List;

/** Pages for people, which the server has besides its API. */
public interface Pages {

    /** HEAD is added with every GET, because Javalin by itself responds 200 to any HEAD. */
    List<HandlerType> READ = List.of(HandlerType.GET, HandlerType.HEAD);

    /** Adds a route that reads. */
    static void add(RoutesConfig routes, String path, Handler handler, RouteRole... roles) {
        READ.forEach(method -> routes.addHttpHandler(method, path, handler, roles));
    }

    /** Adds the routes. @param anyone the role of a page that anybody may see */
    void addRoutes(RoutesConfig routes, RouteRole anyone);
}
