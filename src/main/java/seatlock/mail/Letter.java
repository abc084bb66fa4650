package seatlock.mail;

import static seatlock.text.Html.escape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import seatlock.catalog.Event;
import seatlock.text.Html;
import seatlock.text.Messages;

/**
 * A mail about an event in the look of the ticket. Its parts are added in the order in which they are read; the text and the HTML
 * are made of the same ones.
 */
final class Letter {

    /**
     * Many mail programs read only inline styles; those that know dark mode get its colours from the style sheet, and the others
     * may invert these safely, because every text has a background of its own.
     */
    private static final String HTML = """
            <!doctype html>
            <html lang="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
            <title>%s</title>
            <style>
            :root { color-scheme: light dark }
            @media (prefers-color-scheme: dark) {
              .paper { background: #0f1322 !important } .card { background: #171c33 !important }
              .ink, .ink a { color: #f3f1ea !important } .pale { color: #a9afbd !important }
              .line { border-color: #2c3350 !important } .ink .button { color: #171c33 !important }
            }
            </style></head>
            <body class="paper" style="margin:0;padding:0;background:#f7f5f0">
            <table role="presentation" class="paper" width="100%%" cellpadding="0" cellspacing="0" bgcolor="#f7f5f0" \
            style="background:#f7f5f0;font:16px/1.5 system-ui,'Segoe UI',Roboto,sans-serif"><tr><td align="center" style="padding:24px 12px">
            %s<table role="presentation" width="100%%" cellpadding="0" cellspacing="0" style="max-width:560px;text-align:left">
            <tr><td bgcolor="#171c33" style="background:#171c33;border-bottom:4px solid #f2b134;border-radius:14px 14px 0 0;padding:24px">
            <h1 dir="auto" style="margin:0 0 4px;font-size:24px;line-height:1.2;color:#ffffff;overflow-wrap:anywhere">%s</h1>
            <p dir="auto" style="margin:0;font-weight:600;color:#f2b134;overflow-wrap:anywhere">%s</p>
            %s</td></tr>
            <tr><td class="card ink" bgcolor="#ffffff" style="background:#ffffff;color:#171c33;border-radius:0 0 14px 14px;padding:16px 24px 24px">
            %s%s</td></tr></table>
            %s</td></tr></table></body></html>
            """;

    private static final String OUTSIDE =
            "<p class=\"ink\" style=\"max-width:560px;margin:%s;color:#171c33;text-align:left;overflow-wrap:anywhere\">%s</p>\n";

    private static final String TABLE = """
            <table width="100%%" cellpadding="0" cellspacing="0" class="ink" style="color:#171c33;border-collapse:collapse;margin:0 0 16px">
            %s</table>
            """;

    private static final String LINE = """
            <tr><td class="line" style="padding:12px 12px 12px 0;border-bottom:1px solid #dcd8cf">\
            <strong dir="auto" style="overflow-wrap:anywhere">%s</strong>\
            <span class="pale" style="display:block;font-size:13px;color:#5b6270">%s</span></td>
            <td class="line" align="right" style="padding:12px 0;border-bottom:1px solid #dcd8cf;white-space:nowrap">%s</td></tr>
            """;

    private static final String TOTAL = """
            <tr><td style="padding:12px 0"><strong>%s</strong></td>
            <td align="right" style="padding:12px 0"><strong>%s</strong></td></tr>
            """;

    private static final String UNDER_TOTAL =
            "<tr><td class=\"pale\" colspan=\"2\" style=\"font-size:13px;color:#5b6270\">%s</td></tr>\n";

    private static final String NOTE = "<p style=\"margin:0 0 8px;overflow-wrap:anywhere\">%s</p>\n";

    private static final String SMALL_PRINT = "<p class=\"pale\" style=\"margin:0;color:#5b6270\">%s</p>\n";

    private static final String BUTTON = """
            <p style="margin:16px 0 8px"><a class="button" href="%s" style="display:inline-block;background:#f2b134;color:#171c33;\
            font-weight:700;text-decoration:none;border-radius:12px;padding:12px 24px">%s</a></p>
            """;

    private final Messages words;
    private final Event event;
    private final List<String> opening = new ArrayList<>();
    private final List<String> times = new ArrayList<>();
    private final List<String> textLines = new ArrayList<>();
    private final List<String> htmlLines = new ArrayList<>();
    private final List<String> textNotes = new ArrayList<>();
    private final List<String> htmlNotes = new ArrayList<>();
    private final List<String> textLinks = new ArrayList<>();
    private final List<String> textClosing = new ArrayList<>();
    private final List<String> htmlClosing = new ArrayList<>();

    /** Begins a mail with the event, which it shows with its start. */
    Letter(Messages words, Event event) {
        this.words = words;
        this.event = event;
        var start = event.startsAt().atZone(event.timeZone());
        times.add(words.date(start) + ", " + words.time(start));
        event.details()
                .doorsAt()
                .ifPresent(doors -> times.add(words.pair("label.doors", words.time(doors.atZone(event.timeZone())))));
    }

    /** Adds a paragraph above the event. */
    void opening(String paragraph) {
        opening.add(paragraph);
    }

    /** Adds a line of what was bought. */
    void line(String item, String detail, String amount) {
        textLines.add(
                Stream.of(item, amount, detail).filter(part -> !part.isEmpty()).collect(Collectors.joining(", ")));
        htmlLines.add(fill(LINE, item, detail, amount));
    }

    void total(String labelKey, String amount) {
        textLines.add(words.pair(labelKey, amount));
        htmlLines.add(fill(TOTAL, words.get(labelKey), amount));
    }

    /** Adds a remark on the total. */
    void underTotal(String remark) {
        textLines.add(remark);
        htmlLines.add(fill(UNDER_TOTAL, remark));
    }

    /** Adds a label and a value, such as the number of the order. */
    void fact(String labelKey, String value) {
        textNotes.add(words.pair(labelKey, value));
        var strong = "<strong dir=\"auto\">" + escape(value) + "</strong>";
        htmlNotes.add(String.format(Locale.ROOT, NOTE, linked(words.pair(labelKey, value), value, strong)));
    }

    void note(String paragraph) {
        textNotes.add(paragraph);
        htmlNotes.add(fill(NOTE, paragraph));
    }

    void smallPrint(String paragraph) {
        textNotes.add(paragraph);
        htmlNotes.add(fill(SMALL_PRINT, paragraph));
    }

    /** Adds a button that opens a page; in the text, the label with the URL. */
    void link(String labelKey, String url) {
        textLinks.add(words.pair(labelKey, url));
        htmlNotes.add(fill(BUTTON, url, words.get(labelKey)));
    }

    /** Adds a paragraph below the card. */
    void closing(String paragraph) {
        textClosing.add(paragraph);
        htmlClosing.add(escape(paragraph));
    }

    /** Adds a paragraph below the card with an address that one can write to by a click. */
    void closing(String paragraph, String address) {
        textClosing.add(paragraph);
        var link = "<a href=\"mailto:" + escape(address) + "\" style=\"color:#171c33\">" + escape(address) + "</a>";
        htmlClosing.add(linked(paragraph, address, link));
    }

    /** Returns a paragraph as HTML in which a part, the last one that reads so, is replaced. */
    private static String linked(String paragraph, String part, String html) {
        var start = paragraph.lastIndexOf(part);
        return escape(paragraph.substring(0, start)) + html + escape(paragraph.substring(start + part.length()));
    }

    String text() {
        var blocks = new ArrayList<List<String>>();
        opening.forEach(paragraph -> blocks.add(List.of(paragraph)));
        blocks.add(Stream.concat(Stream.of(event.name(), event.venue()), times.stream())
                .toList());
        blocks.add(textLines);
        blocks.add(textNotes);
        blocks.add(textLinks);
        textClosing.forEach(paragraph -> blocks.add(List.of(paragraph)));
        return blocks.stream()
                .filter(block -> !block.isEmpty())
                .map(block -> String.join("\n", block) + "\n")
                .collect(Collectors.joining("\n"));
    }

    String html(String title) {
        return String.format(
                Locale.ROOT,
                HTML,
                words.language(),
                escape(title),
                opening.stream()
                        .map(paragraph -> fill(OUTSIDE, "0 0 16px", paragraph))
                        .collect(Collectors.joining()),
                escape(event.name()),
                escape(event.venue()),
                times.stream()
                        .map(line -> fill("<p style=\"margin:0;color:#cfd3e0\">%s</p>\n", line))
                        .collect(Collectors.joining()),
                htmlLines.isEmpty() ? "" : String.format(Locale.ROOT, TABLE, String.join("", htmlLines)),
                String.join("", htmlNotes),
                htmlClosing.stream()
                        .map(paragraph -> String.format(Locale.ROOT, OUTSIDE, "16px 0 0", paragraph))
                        .collect(Collectors.joining()));
    }

    private static String fill(String template, String... texts) {
        return String.format(
                Locale.ROOT, template, Stream.of(texts).map(Html::escape).toArray());
    }
}
