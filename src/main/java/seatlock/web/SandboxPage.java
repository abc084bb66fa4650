package seatlock.web;

import static seatlock.text.Html.escape;

import java.util.Base64;
import java.util.Locale;
import java.util.stream.Collectors;
import seatlock.catalog.Amounts;
import seatlock.crypto.Sha256;
import seatlock.payments.sandbox.SandboxProvider.View;

/** Writes the page of the sandbox as HTML. It needs no script and nothing from elsewhere, and works on a phone and by keyboard. */
final class SandboxPage {

    private static final String STYLE = """
            :root { --ink:#171c33; --muted:#5b6270; --line:#dcd8cf; --paper:#f7f5f0; --card:#fff; --accent:#f2b134;
              --ok:#1f7a4d; --bad:#b3261e; color-scheme:light dark }
            @media (prefers-color-scheme:dark) { :root { --ink:#f3f1ea; --muted:#a9afbd; --line:#2c3350; --paper:#0f1322;
              --card:#171c33; --ok:#5fcf97; --bad:#ff8a80 } }
            * { box-sizing:border-box }
            body { margin:0; font:400 1rem/1.5 system-ui,"Segoe UI",Roboto,sans-serif; color:var(--ink); background:var(--paper) }
            .wrap { max-width:560px; margin:0 auto; padding:20px; overflow-wrap:anywhere }
            header { background:#171c33; color:#fff; border-bottom:4px solid var(--accent) }
            h1 { font-size:2.07rem; line-height:1.1; margin:0; letter-spacing:-.01em }
            header p { margin:4px 0 0; color:#cfd3e0 }
            .sandbox { margin:0; padding:12px 20px; background:var(--accent); color:#171c33; font-weight:700; text-align:center }
            .card { background:var(--card); border-radius:14px; padding:20px; margin-bottom:20px;
              box-shadow:0 1px 2px rgb(23 28 51/.06), 0 8px 24px rgb(23 28 51/.07) }
            .told { margin:0 0 20px; padding:12px 16px; border-left:4px solid var(--ok); border-radius:8px; background:var(--card) }
            .bad { border-color:var(--bad) }
            table { width:100%; border-collapse:collapse; font-variant-numeric:tabular-nums }
            th, td { padding:10px 0; border-bottom:1px solid var(--line); font-weight:400; text-align:start }
            td { text-align:end; white-space:nowrap; padding-inline-start:16px }
            tfoot th, tfoot td { font-weight:700; font-size:1.2rem; border-top:2px solid var(--ink); border-bottom:0 }
            button, .back { display:block; width:100%; min-height:48px; padding:12px 18px; border-radius:12px; font:inherit;
              font-weight:700; text-align:center; cursor:pointer; color:var(--ink); background:transparent;
              border:1px solid var(--muted) }
            .primary { margin-top:20px; border:0; background:var(--accent); color:#171c33; font-size:1.2rem }
            h2 { font-size:1.2rem; margin:0 }
            ul { list-style:none; margin:0; padding:0 }
            li { margin-top:16px }
            li p { margin:4px 0 0; color:var(--muted); font-size:.833rem }
            :focus-visible { outline:3px solid var(--accent); outline-offset:2px }
            .sandbox :focus-visible, .primary:focus-visible { outline-color:var(--ink) }
            """;

    /**
     * Allows the style of the page and nothing else. It leaves out form-action, by which some browsers would also judge the shop to
     * which the answer to a form leads.
     */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'sha256-"
            + Base64.getEncoder().encodeToString(Sha256.of(STYLE))
            + "'; base-uri 'none'; frame-ancestors 'none'";

    private SandboxPage() {}

    /**
     * Returns the page.
     *
     * @param path where the page is
     * @param isDeclined whether the bank has just declined
     */
    static String html(View view, String path, boolean isDeclined) {
        var total = amount(view.amount(), view);
        return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"robots\" content=\"noindex\">\n"
                + "<title>Sandbox: " + escape(view.title()) + "</title>\n<style>" + STYLE
                + "</style>\n</head>\n<body>\n"
                + "<p class=\"sandbox\">This is a sandbox: nobody pays real money.</p>\n"
                + "<header><div class=\"wrap\"><h1 dir=\"auto\">" + escape(view.title()) + "</h1><p>Your order: "
                + total
                + "</p></div></header>\n<main class=\"wrap\">\n"
                + message(view, isDeclined)
                + "<section class=\"card\" aria-label=\"Your order\">\n<table>\n<tbody>\n"
                + view.lines().stream()
                        .map(line -> "<tr><th scope=\"row\" dir=\"auto\">" + escape(line.name()) + "</th><td>"
                                + amount(line.amount(), view) + "</td></tr>\n")
                        .collect(Collectors.joining())
                + "</tbody>\n<tfoot><tr><th scope=\"row\">Total</th><td>" + total + "</td></tr></tfoot>\n</table>\n"
                + (view.isOpen()
                        ? "<form method=\"post\" action=\"" + path + "/pay\"><button class=\"primary\">Pay " + total
                                + "</button></form>\n"
                        : "")
                + "</section>\n"
                + trials(view, path)
                + "<a class=\"back\" href=\"" + escape(view.returnUrl()) + "\">Back to the shop</a>\n"
                + "</main>\n</body>\n</html>\n";
    }

    private static String message(View view, boolean isDeclined) {
        if (view.isPaid()) {
            return "<p class=\"told\" role=\"status\">This order was paid. Thank you.</p>\n";
        } else if (!view.isOpen()) {
            return "<p class=\"told bad\" role=\"alert\">This page has closed. Nothing was paid.</p>\n";
        } else if (isDeclined) {
            return "<p class=\"told bad\" role=\"alert\">The bank has declined. Nothing was paid; please try again.</p>\n";
        }
        return "";
    }

    /** Returns the buttons for what does not happen on the page of a real provider at the press of a button. */
    private static String trials(View view, String path) {
        if (view.isPaid()) {
            return "";
        }
        var ifOpen = trial(path, "decline", "Decline", "The bank refuses. You can try again.")
                + trial(path, "close", "Close", "You leave without paying, and this page closes.")
                + trial(path, "pay-twice", "Pay twice", "You pay two times. The second payment is given back.");
        return "<section class=\"card\">\n<h2>Try what can go wrong</h2>\n<ul>\n"
                + (view.isOpen() ? ifOpen : "")
                + trial(path, "pay-late", "Pay late", "You pay even if this page has closed or expired.")
                + "</ul>\n</section>\n";
    }

    private static String trial(String path, String action, String label, String explanation) {
        return "<li><form method=\"post\" action=\"" + path + "/" + action + "\"><button aria-describedby=\"about-"
                + action + "\">" + label + "</button></form><p id=\"about-" + action + "\">" + explanation
                + "</p></li>\n";
    }

    private static String amount(long minorUnits, View view) {
        return escape(Amounts.format(minorUnits, view.currency(), Locale.ENGLISH));
    }
}
