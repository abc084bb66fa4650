package seatlock.support;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import com.google.zxing.qrcode.QRCodeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;

/** QR codes for the camera of a browser, and from its pages. */
public final class QrCodes {

    private QrCodes() {}

    /** Writes a film for the fake camera: raw frames that show a QR code. */
    public static void film(Path file, String text) throws IOException {
        int width = 640;
        int height = 480;
        int side = 400;
        BitMatrix code;
        try {
            code = new QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, side, side);
        } catch (com.google.zxing.WriterException e) {
            throw new IllegalStateException(e);
        }
        var light = new byte[width * height];
        Arrays.fill(light, (byte) 235);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                if (code.get(x, y)) {
                    light[(y + (height - side) / 2) * width + x + (width - side) / 2] = 16;
                }
            }
        }
        var colour = new byte[width * height / 2];
        Arrays.fill(colour, (byte) 128);
        try (var out = Files.newOutputStream(file)) {
            out.write("YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\nFRAME\n".getBytes(StandardCharsets.US_ASCII));
            out.write(light);
            out.write(colour);
        }
    }

    /** Reads a QR code that is drawn as squares of one unit. */
    public static String read(String viewBox, String path) throws Exception {
        int scale = 4;
        int side = Integer.parseInt(viewBox.split(" ")[2]) * scale;
        var pixels = new int[side * side];
        Arrays.fill(pixels, 0xffffff);
        Pattern.compile("M(\\d+) (\\d+)h1v1h-1z").matcher(path).results().forEach(module -> {
            for (int i = 0; i < scale * scale; i++) {
                int x = Integer.parseInt(module.group(1)) * scale + i % scale;
                int y = Integer.parseInt(module.group(2)) * scale + i / scale;
                pixels[y * side + x] = 0;
            }
        });
        var image = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(side, side, pixels)));
        return new QRCodeReader()
                .decode(image, Map.of(DecodeHintType.PURE_BARCODE, true))
                .getText();
    }
}
