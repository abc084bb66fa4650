package seatlock.tickets;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.lowagie.text.Document;
import com.lowagie.text.DocumentException;
import com.lowagie.text.Rectangle;
import com.lowagie.text.pdf.PdfContentByte;
import com.lowagie.text.pdf.PdfName;
import com.lowagie.text.pdf.PdfWriter;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import seatlock.catalog.Amounts;
import seatlock.catalog.Event;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.text.Messages;

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

    /** Right end of what is to the left of the stub. */
    private static final float RIGHT = WIDTH - STUB - MARGIN / 2;

    /** More than 60 mm wide, so that each module is several pixels wide even on a phone. */
    private static final float QR = 172;

    private static final Color INK = new Color(0x17, 0x1c, 0x33);
    private static final Color PALE = new Color(0x6b, 0x72, 0x80);
    private static final Color ACCENT = new Color(0xf2, 0xb1, 0x34);
    private static final Color PAPER = new Color(0xf7, 0xf5, 0xf0);

    private static final TextBox.Style NAME = new TextBox.Style(Typesetter.Face.BOLD, Color.WHITE, 27, 27);
    private static final TextBox.Style VENUE = new TextBox.Style(Typesetter.Face.REGULAR, ACCENT, 14, 11);

    private final Messages words;
    private final Event event;
    private final Ticket ticket;
    private final Imprint imprint;
    private final String code;
    private final Tags tags;

    private TicketPdf(Messages words, Event event, Ticket ticket, Imprint imprint, String code, Tags tags) {
        this.words = words;
        this.event = event;
        this.ticket = ticket;
        this.imprint = imprint;
        this.code = code;
        this.tags = tags;
    }

    /**
     * Renders a ticket.
     *
     * @param words the language
     * @param code content of the QR code
     * @return the bytes of the PDF
     */
    public static byte[] render(Messages words, Event event, Ticket ticket, Imprint imprint, String code) {
        var bytes = new ByteArrayOutputStream();
        try (var document = new Document(new Rectangle(WIDTH, HEIGHT), 0, 0, 0, 0)) {
            var writer = PdfWriter.getInstance(document, bytes);
            writer.setFullCompression();
            var tags = new Tags(writer, event.name() + ", " + ticket.seat().label(), words.language());
            document.addTitle(tags.title());
            document.addCreator("Seatlock");
            document.open();
            tags.open();
            new TicketPdf(words, event, ticket, imprint, code, tags).draw(writer.getDirectContent());
        } catch (DocumentException e) {
            throw new IllegalStateException("Cannot render the ticket", e);
        }
        return bytes.toByteArray();
    }

    /** Returns the code points of a text that no font of a ticket contains, each once. A ticket shows each of them as □. */
    public static List<Integer> unprintable(String text) {
        return Typesetter.unprintable(text);
    }

    private void draw(PdfContentByte page) {
        tags.decoration(page, () -> {
            fill(page, PAPER, 0, 0, WIDTH, HEIGHT);
            fill(page, INK, 0, HEIGHT - HEADER, WIDTH - STUB, HEADER);
            fill(page, ACCENT, 0, HEIGHT - HEADER - 5, WIDTH - STUB, 5);
            drawTearOffLine(page);
        });
        drawHeader(page);
        drawDetails(page);
        drawStub(page);
    }

    private void drawHeader(PdfContentByte page) {
        var bottom = HEIGHT - HEADER + 14;
        var room = new TextBox(MARGIN, RIGHT, bottom + 46, bottom);
        var venueTop = Math.max(bottom + 16, bottom + room.height(event.venue(), VENUE));
        text(PdfName.H1, new TextBox(MARGIN, RIGHT, HEIGHT - 30, venueTop + 14), page, event.name(), NAME);
        text(PdfName.P, new TextBox(MARGIN, RIGHT, venueTop, bottom), page, event.venue(), VENUE);
    }

    private void drawDetails(PdfContentByte page) {
        var width = RIGHT - MARGIN;
        var startsAt = event.startsAt().atZone(event.timeZone());
        text(PdfName.P, new TextBox(MARGIN, RIGHT, 257, 240), page, words.date(startsAt), bold(16));
        text(PdfName.P, new TextBox(MARGIN, RIGHT, 234, 222), page, words.time(startsAt), regular(INK, 13));

        var seat = ticket.seat();
        var row = new TextBox(MARGIN + width * 0.56f, MARGIN + width * 0.76f, 188, 133);
        if (!row.fitsOnOneLine(seat.row(), bold(24))) {
            row = new TextBox(MARGIN + width * 0.44f, MARGIN + width * 0.80f, row.top(), row.bottom());
        }
        field(
                page,
                "pdf.section",
                seat.section(),
                bold(24),
                new TextBox(MARGIN, row.left() - 12, row.top(), row.bottom()));
        if (imprint.sold() == Sold.AS_PLACES) {
            var place = new TextBox(row.left(), RIGHT, row.top(), row.bottom());
            field(page, "pdf.place", seat.number(), bold(24), place);
        } else {
            field(page, imprint.sold() == Sold.WHOLE ? "pdf.table" : "pdf.row", seat.row(), bold(24), row);
            var number = new TextBox(row.right() + 12, RIGHT, row.top(), row.bottom());
            field(page, "pdf.seat", seat.number(), bold(24), number);
        }
        drawPrice(page, width);
        var holder = new TextBox(MARGIN + width * 0.34f, RIGHT, 105, 50);
        field(page, "pdf.holder", imprint.holder(), bold(12), holder);
        text(
                PdfName.P,
                new TextBox(MARGIN, RIGHT, 35, 29),
                page,
                words.plural(Ticket.useOf(event), 1),
                regular(PALE, 7.5f));
    }

    private void drawPrice(PdfContentByte page, float width) {
        var price = Amounts.format(imprint.price(), event.currencyCode(), words.locale());
        var right = MARGIN + width * 0.30f;
        var style = bold(12);
        if (imprint.priceType().isEmpty()) {
            field(page, "pdf.price", price, style, new TextBox(MARGIN, right, 105, 50));
            return;
        }
        var box = new TextBox(MARGIN, right, 105, 82);
        field(page, "pdf.price", price, style, box);
        var below = box.top() - box.height(price, style) - 7;
        text(
                PdfName.P,
                new TextBox(MARGIN, right, below, 50),
                page,
                imprint.priceType().get(),
                regular(INK, 10));
    }

    private static void drawTearOffLine(PdfContentByte page) {
        page.saveState();
        page.setColorStroke(PALE);
        page.setLineWidth(1);
        page.setLineDash(3, 4, 0);
        page.moveTo(WIDTH - STUB, 16);
        page.lineTo(WIDTH - STUB, HEIGHT - 16);
        page.stroke();
        page.restoreState();
    }

    private void drawStub(PdfContentByte page) {
        var left = WIDTH - STUB + (STUB - QR) / 2;
        var right = left + QR;
        text(
                PdfName.P,
                new TextBox(left, right, HEIGHT - 24, 336),
                page,
                ticket.seat().label(),
                bold(17));
        var quietZone = new Rectangle(left - 10, 132, right + 10, 132 + QR + 20);
        tags.figure(page, words.get("pdf.qr"), quietZone, () -> {
            fill(
                    page,
                    Color.WHITE,
                    quietZone.getLeft(),
                    quietZone.getBottom(),
                    quietZone.getWidth(),
                    quietZone.getHeight());
            drawQr(page, left, 142);
        });
        field(page, "pdf.ticket", ticket.id().number(), bold(13), new TextBox(left, right, 86, 76));
        field(page, "pdf.order", imprint.reference().value(), bold(13), new TextBox(left, right, 42, 32));
    }

    /** Draws the code in units of its modules, because small integers take the least time and space. */
    private void drawQr(PdfContentByte page, float left, float bottom) {
        var matrix = qr();
        var module = QR / matrix.getWidth();
        page.saveState();
        page.setColorFill(Color.BLACK);
        page.concatCTM(module, 0, 0, -module, left, bottom + QR);
        for (int y = 0; y < matrix.getHeight(); y++) {
            for (int x = 0; x < matrix.getWidth(); x++) {
                var first = x;
                while (x < matrix.getWidth() && matrix.get(x, y)) {
                    x++; // draw adjacent black modules as one rectangle, to avoid hairlines between them
                }
                if (x > first) {
                    page.rectangle(first, y, x - first, 1);
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
                0,
                // Trying all eight masks takes longer than everything else, and a code is too random for any of them to
                // be bad.
                EncodeHintType.QR_MASK_PATTERN,
                0);
        try {
            return new QRCodeWriter().encode(code, BarcodeFormat.QR_CODE, 0, 0, hints);
        } catch (WriterException e) {
            throw new IllegalStateException("Cannot encode the QR code", e);
        }
    }

    private static TextBox.Style bold(float size) {
        return new TextBox.Style(Typesetter.Face.BOLD, INK, size, size * 0.6f);
    }

    private static TextBox.Style regular(Color color, float size) {
        return new TextBox.Style(Typesetter.Face.REGULAR, color, size, size * 0.6f);
    }

    /** Draws a value and, above it, a small caption in capital letters. */
    private void field(PdfContentByte page, String captionKey, String value, TextBox.Style style, TextBox box) {
        var above = new TextBox(box.left(), box.right(), box.top() + 18, box.top() + 12);
        tags.element(page, PdfName.P, () -> {
            above.draw(page, words.get(captionKey), regular(PALE, 7.5f));
            box.draw(page, value, style);
        });
    }

    private void text(PdfName tag, TextBox box, PdfContentByte page, String text, TextBox.Style style) {
        tags.element(page, tag, () -> box.draw(page, text, style));
    }

    private static void fill(PdfContentByte page, Color color, float x, float y, float width, float height) {
        page.saveState();
        page.setColorFill(color);
        page.rectangle(x, y, width, height);
        page.fill();
        page.restoreState();
    }
}
