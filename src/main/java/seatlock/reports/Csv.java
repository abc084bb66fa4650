package seatlock.reports;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes lines of a CSV file (RFC 4180), such that a spreadsheet takes no cell for a formula.
 *
 * @see <a href="https://owasp.org/www-community/attacks/CSV_Injection">CSV injection</a>
 */
final class Csv {

    /** The start of a file: spreadsheets recognize UTF-8 by it. */
    static final String BYTE_ORDER_MARK = "\uFEFF";

    /** With one of these first, a spreadsheet may take a cell for a formula. The last four are wide forms of the first four. */
    private static final String STARTS_OF_FORMULAS = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    /** Some programs separate cells by a semicolon or a tab, so these are quoted, too. */
    private static final String QUOTED = "\",;\t\r\n";

    private final StringBuilder text = new StringBuilder();

    Csv add(String text) {
        this.text.append(text);
        return this;
    }

    /** Adds a line. A cell that is {@code null} is empty. */
    Csv line(List<?> cells) {
        var separator = "";
        for (var cell : cells) {
            text.append(separator);
            cell(cell == null ? "" : cell.toString());
            separator = ",";
        }
        text.append("\r\n");
        return this;
    }

    private void cell(String value) {
        var isFormula = !value.isEmpty() && STARTS_OF_FORMULAS.indexOf(value.charAt(0)) >= 0;
        var harmless = isFormula ? "'" + value : value;
        var isQuoted = harmless.startsWith(" ")
                || harmless.endsWith(" ")
                || harmless.chars().anyMatch(c -> QUOTED.indexOf(c) >= 0);
        text.append(isQuoted ? '"' + harmless.replace("\"", "\"\"") + '"' : harmless);
    }

    /** Returns all lines in UTF-8. */
    byte[] toBytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
