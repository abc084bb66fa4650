package seatlock.text;

import java.util.List;

/** The languages of mails and tickets. */
public final class Languages {

    /** ISO 639-1 codes, English first. */
    public static final List<String> SUPPORTED = List.of("en", "de", "fr", "es", "it", "nl", "pl");

    private Languages() {}
}
