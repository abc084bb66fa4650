package seatlock.tickets;

import com.lowagie.text.Rectangle;
import com.lowagie.text.pdf.PdfArray;
import com.lowagie.text.pdf.PdfContentByte;
import com.lowagie.text.pdf.PdfDictionary;
import com.lowagie.text.pdf.PdfName;
import com.lowagie.text.pdf.PdfObject;
import com.lowagie.text.pdf.PdfString;
import com.lowagie.text.pdf.PdfStructureElement;
import com.lowagie.text.pdf.PdfWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Tags the content of a page for people who have it read aloud (PDF/UA-1): title, language, and elements in reading order,
 * which is the order in which they are drawn.
 */
final class Tags {

    private static final PdfName ARTIFACT = new PdfName("Artifact");
    private static final PdfName LAYOUT = new PdfName("Layout");

    private final PdfWriter writer;
    private final String title;
    private PdfStructureElement document;

    /**
     * Prepares a document that is not open yet.
     *
     * @param language of the words that Seatlock adds. Names have the language that their authors chose
     */
    Tags(PdfWriter writer, String title, String language) {
        this.writer = writer;
        this.title = title;
        writer.setPdfVersion(PdfWriter.VERSION_1_7);
        writer.setTagged();
        writer.setViewerPreferences(PdfWriter.DisplayDocTitle);
        writer.setXmpMetadata(metadata(title));
        writer.getExtraCatalog().put(PdfName.LANG, new PdfString(language));
    }

    String title() {
        return title;
    }

    /** Begins the structure of a document that was opened. */
    void open() {
        document = new PdfStructureElement(writer.getStructureTreeRoot(), new PdfName("Document"));
    }

    /** Draws something that is read aloud. */
    void element(PdfContentByte page, PdfName tag, Runnable drawing) {
        inside(page, new PdfStructureElement(document, tag), drawing);
    }

    /** Draws a picture, of which a text is read aloud. */
    void figure(PdfContentByte page, String text, Rectangle area, Runnable drawing) {
        var figure = new PdfStructureElement(document, PdfName.FIGURE);
        figure.put(PdfName.ALT, new PdfString(text, PdfObject.TEXT_UNICODE));
        var layout = new PdfDictionary();
        layout.put(PdfName.O, LAYOUT);
        layout.put(
                PdfName.BBOX,
                new PdfArray(new float[] {area.getLeft(), area.getBottom(), area.getRight(), area.getTop()}));
        figure.put(PdfName.A, layout);
        inside(page, figure, drawing);
    }

    private static void inside(PdfContentByte page, PdfStructureElement element, Runnable drawing) {
        page.beginMarkedContentSequence(element);
        drawing.run();
        page.endMarkedContentSequence();
    }

    /** Draws something that is not read aloud. */
    void decoration(PdfContentByte page, Runnable drawing) {
        page.beginMarkedContentSequence(ARTIFACT);
        drawing.run();
        page.endMarkedContentSequence();
    }

    private static byte[] metadata(String title) {
        return String.format(Locale.ROOT, """
                <?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
                <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
                <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
                <dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>
                <pdfuaid:part>1</pdfuaid:part>
                </rdf:Description></rdf:RDF></x:xmpmeta>
                <?xpacket end="r"?>
                """, escape(title)).getBytes(StandardCharsets.UTF_8);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
