package seatlock.plans;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import seatlock.http.Json;
import seatlock.http.Problem;

/** A file with a seat plan in one of the formats that Seatlock reads. */
public final class PlanFile {

    private PlanFile() {}

    /**
     * Converts a plan: one of pretix if the file begins like a JSON object, otherwise CSV.
     *
     * @param prices in minor units, by category of pretix or section of CSV, for those without a price in the file
     * @throws Problem.Refused malformed-request or invalid-request
     */
    public static ConvertedPlan convert(byte[] file, Map<String, Long> prices) {
        var text = hasByteOrderMark(file) ? Arrays.copyOfRange(file, 3, file.length) : file;
        return isJson(text)
                ? PretixPlan.convert(Json.read(text, ObjectNode.class), "", prices)
                : CsvPlan.convert(text, prices);
    }

    private static boolean hasByteOrderMark(byte[] file) {
        return file.length >= 3 && file[0] == (byte) 0xef && file[1] == (byte) 0xbb && file[2] == (byte) 0xbf;
    }

    private static boolean isJson(byte[] file) {
        for (var each : file) {
            if (!Character.isWhitespace(each)) {
                return each == '{';
            }
        }
        return false;
    }
}
