package seatlock.text;

/** Writes text as a part of an HTML document. */
public final class Html {

    private Html() {}

    /** Returns a text with the characters replaced that have a meaning in HTML, also for the value of an attribute in quotes. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
