package seatlock.support;

import java.util.HashMap;
import java.util.Set;
import java.util.TreeSet;
import seatlock.Config;

/** The settings of the product. */
public final class Settings {

    private Settings() {}

    /** Returns the names of all settings that {@link Config} reads. */
    public static Set<String> names() {
        var names = new TreeSet<String>();
        try {
            Config.from(new HashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                public String getOrDefault(Object name, String otherwise) {
                    names.add((String) name);
                    return otherwise;
                }
            });
        } catch (Config.Invalid e) {
            throw new IllegalStateException(e);
        }
        return names;
    }
}
