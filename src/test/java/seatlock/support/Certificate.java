package seatlock.support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A certificate for localhost, made by the JDK's keytool, and a trust store that contains it. */
public final class Certificate {

    private static final String PASSWORD = "changeit";

    private final Path keys;
    private final Path trust;

    private Certificate(Path keys, Path trust) {
        this.keys = keys;
        this.trust = trust;
    }

    public static Certificate in(Path directory) throws Exception {
        var keys = directory.resolve("keys.p12");
        var trust = directory.resolve("trust.p12");
        var exported = directory.resolve("localhost.crt").toString();
        keytool(keys, "-genkeypair", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "SAN=dns:localhost");
        keytool(keys, "-exportcert", "-rfc", "-file", exported);
        keytool(trust, "-importcert", "-noprompt", "-file", exported);
        return new Certificate(keys, trust);
    }

    private static void keytool(Path store, String... arguments) throws Exception {
        var tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var command = new ArrayList<>(List.of(tool));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "localhost", "-keystore", store.toString(), "-storepass", PASSWORD));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException(output);
        }
    }

    /** The TLS context of a server with this certificate. */
    public SSLContext context() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        try (var stream = Files.newInputStream(keys)) {
            store.load(stream, PASSWORD.toCharArray());
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    /** The certificate in PEM. */
    public Path pem() {
        return trust.resolveSibling("localhost.crt");
    }

    /** Options for a JVM that trusts the certificate. */
    public String trustOptions() {
        return "-Djavax.net.ssl.trustStore=" + trust + " -Djavax.net.ssl.trustStorePassword=" + PASSWORD;
    }

    /** The TLS context of a client that does not check certificates. */
    public static SSLContext trustingAnyone() throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAnyone()}, null);
        return context;
    }

    private static final class TrustAnyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
