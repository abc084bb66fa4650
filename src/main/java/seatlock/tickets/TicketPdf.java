package seatlock.tickets;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.lowagie.text.Document;
import com.lowagie.text.DocumentException;
import com.lowagie.text.Element;
import com.lowagie.text.Phrase;
import com.lowagie.text.Rectangle;
import com.lowagie.text.pdf.ColumnText;
import com.lowagie.text.pdf.PdfContentByte;
import com.lowagie.text.pdf.PdfWriter;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import seatlock.catalog.Amounts;
import seatlock.catalog.Event;

/**
 * Renders a ticket as a PDF of one page, A5 landscape, to print or to show on a phone.
 *
 * <p>To the right of a tear-off line is the stub with the QR code, the only part that a gate reads.
 */
public final class TicketPdf {

    private static final float WIDTH = 595;
    private static final float HEIGHT = 420;
    private static final float MARGIN = 32;
    private static final float HEADER = 132;
    private static final float STUB = 214;

    /** More than 60 mm wide, so that each module is several pixels wide even on a phone. */
    private static final float QR = 172;

    /** Smallest legible font size, in points. */
    private static final float SMALLEST = 4.5f;

    private static final Color INK = new Color(0x17, 0x1c, 0x33);
    private static final Color PALE = new Color(0x6b, 0x72, 0x80);
    private static final Color ACCENT = new Color(0xf2, 0xb1, 0x34);
    private static final Color PAPER = new Color(0xf7, 0xf5, 0xf0);

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu", Locale.UK);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm zzz", Locale.UK);

    private final Event event;
    private final Ticket ticket;
    private final String holder;
    private final String code;

    private TicketPdf(Event event, Ticket ticket, String holder, String code) {
        this.event = event;
        this.ticket = ticket;
        this.holder = holder;
        this.code = code;
    }

    /**
     * Renders a ticket.
     *
     * @param holder e-mail address of the buyer
     * @param code content of the QR code
     * @return the bytes of the PDF
     */
    public static byte[] render(Event event, Ticket ticket, String holder, String code) {
        var bytes = new ByteArrayOutputStream();
        try (var document = new Document(new Rectangle(WIDTH, HEIGHT), 0, 0, 0, 0)) {
            var writer = PdfWriter.getInstance(document, bytes);
            document.addTitle(event.name() + ", " + ticket.seat().label());
            document.addCreator("Seatlock");
            document.open();
            new TicketPdf(event, ticket, holder, code).draw(writer.getDirectContent());
        } catch (DocumentException e) {
            throw new IllegalStateException("Cannot render the ticket", e);
        }
        return bytes.toByteArray();
    }

    private void draw(PdfContentByte page) {
        fill(page, PAPER, 0, 0, WIDTH, HEIGHT);
        fill(page, INK, 0, HEIGHT - HEADER, WIDTH - STUB, HEADER);
        fill(page, ACCENT, 0, HEIGHT - HEADER - 5, WIDTH - STUB, 5);
        drawHeader(page);
        drawDetails(page);
        drawStub(page);
    }

    private void drawHeader(PdfContentByte page) {
        var left = MARGIN;
        var right = WIDTH - STUB - MARGIN / 2;
        paragraph(page, event.name(), Typesetter::bold, Color.WHITE, 27, left, right, HEIGHT - 20, 74);
        paragraph(page, event.venue(), Typesetter::regular, ACCENT, 14, left, right, HEIGHT - HEADER + 36, 24);
    }

    private void drawDetails(PdfContentByte page) {
        var left = MARGIN;
        var right = WIDTH - STUB - MARGIN / 2;
        var width = right - left;
        var startsAt = event.startsAt().atZone(event.timeZone());
        line(page, DATE.format(startsAt), Typesetter::bold, INK, 16, left, right, 245);
        line(page, TIME.format(startsAt), Typesetter::regular, INK, 13, left, right, 225);

        field(page, "SECTION", ticket.seat().section(), 24, left, left + width * 0.52f, 170);
        field(page, "ROW", ticket.seat().row(), 24, left + width * 0.56f, left + width * 0.76f, 170);
        field(page, "SEAT", ticket.seat().number(), 24, left + width * 0.80f, right, 170);

        field(page, "PRICE", Amounts.format(ticket.price(), event.currencyCode()), 12, left, left + width * 0.30f, 96);
        field(page, "HOLDER", holder, 12, left + width * 0.34f, right, 96);
        line(
                page,
                "Valid for one entry. Please do not share the code.",
                Typesetter::regular,
                PALE,
                7.5f,
                left,
                right,
                38);
    }

    private void drawStub(PdfContentByte page) {
        page.saveState();
        page.setColorStroke(PALE);
        page.setLineWidth(1);
        page.setLineDash(3, 4, 0);
        page.moveTo(WIDTH - STUB, 16);
        page.lineTo(WIDTH - STUB, HEIGHT - 16);
        page.stroke();
        page.restoreState();

        var left = WIDTH - STUB + (STUB - QR) / 2;
        var right = left + QR;
        line(page, ticket.seat().label(), Typesetter::bold, INK, 17, left, right, HEIGHT - 62);
        fill(page, Color.WHITE, left - 10, 132, QR + 20, QR + 20); // the quiet zone around the code
        drawQr(page, left, 142);
        field(page, "TICKET", ticket.id().number(), 13, left, right, 76);
    }

    private void drawQr(PdfContentByte page, float left, float bottom) {
        var matrix = qr();
        var module = QR / matrix.getWidth();
        page.saveState();
        page.setColorFill(Color.BLACK);
        for (int y = 0; y < matrix.getHeight(); y++) {
            var base = bottom + QR - (y + 1) * module;
            for (int x = 0; x < matrix.getWidth(); x++) {
                var first = x;
                while (x < matrix.getWidth() && matrix.get(x, y)) {
                    x++; // draw adjacent black modules as one rectangle, to avoid hairlines between them
                }
                if (x > first) {
                    page.rectangle(left + first * module, base, (x - first) * module, module);
                }
            }
        }
        page.fill();
        page.restoreState();
    }

    private BitMatrix qr() {
        var hints = Map.of(
                EncodeHintType.ERROR_CORRECTION,
                ErrorCorrectionLevel.M, // tolerates a crease or a reflection
                EncodeHintType.MARGIN,
                0);
        try {
            return new QRCodeWriter().encode(code, BarcodeFormat.QR_CODE, 0, 0, hints);
        } catch (WriterException e) {
            throw new IllegalStateException("Cannot encode the QR code", e);
        }
    }

    /** Draws a small caption with a value below it. */
    private static void field(
            PdfContentByte page, String caption, String value, float size, float left, float right, float baseline) {
        line(page, caption, Typesetter::regular, PALE, 7.5f, left, right, baseline + size + 6);
        line(page, value, Typesetter::bold, INK, size, left, right, baseline);
    }

    /** Typesets a text in a size and a colour. */
    @FunctionalInterface
    private interface Style {
        Phrase set(String text, float size, Color color);
    }

    /** Draws a line in the largest size that fits, and shortens it with an ellipsis if even the smallest does not. */
    private static void line(
            PdfContentByte page,
            String text,
            Style style,
            Color color,
            float size,
            float left,
            float right,
            float baseline) {
        var fitting = size;
        while (fitting > SMALLEST && ColumnText.getWidth(style.set(text, fitting, color)) > right - left) {
            fitting -= 0.5f;
        }
        var phrase = style.set(text, fitting, color);
        for (int end = text.length() - 1; end > 0 && ColumnText.getWidth(phrase) > right - left; end--) {
            phrase = style.set(text.substring(0, end) + "…", fitting, color);
        }
        var rightToLeft = Typesetter.direction(phrase) == PdfWriter.RUN_DIRECTION_RTL;
        ColumnText.showTextAligned(
                page,
                rightToLeft ? Element.ALIGN_RIGHT : Element.ALIGN_LEFT,
                phrase,
                rightToLeft ? left + ColumnText.getWidth(phrase) : left,
                baseline,
                0,
                Typesetter.direction(phrase),
                0);
    }

    /** Draws a paragraph in the largest size that fits; the longest permitted name fits at the smallest. */
    private static void paragraph(
            PdfContentByte page,
            String text,
            Style style,
            Color color,
            float size,
            float left,
            float right,
            float top,
            float height) {
        var fitting = size;
        while (fitting > SMALLEST
                && ColumnText.hasMoreText(
                        column(page, style.set(text, fitting, color), fitting, left, right, top, height)
                                .go(true))) {
            fitting -= 0.5f;
        }
        column(page, style.set(text, fitting, color), fitting, left, right, top, height)
                .go();
    }

    private static ColumnText column(
            PdfContentByte page, Phrase text, float size, float left, float right, float top, float height) {
        var column = new ColumnText(page);
        column.setRunDirection(Typesetter.direction(text));
        column.setSimpleColumn(text, left, top - height, right, top, size * 1.2f, Element.ALIGN_LEFT);
        return column;
    }

    private static void fill(PdfContentByte page, Color color, float x, float y, float width, float height) {
        page.saveState();
        page.setColorFill(color);
        page.rectangle(x, y, width, height);
        page.fill();
        page.restoreState();
    }
}
