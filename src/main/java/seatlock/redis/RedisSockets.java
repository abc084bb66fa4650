package seatlock.redis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.util.JedisURIHelper;
import seatlock.net.Conversation;
import seatlock.net.ServerUrl;
import seatlock.net.Tls;

/** Creates the sockets of Jedis within the limits of a conversation. */
final class RedisSockets extends DefaultJedisSocketFactory {

    private final Conversation conversation;
    private final HostAndPort server;
    private final JedisClientConfig config;
    private final SSLSocketFactory tls;

    private RedisSockets(
            Conversation conversation, HostAndPort server, JedisClientConfig config, SSLSocketFactory tls) {
        super(server, config);
        this.tls = tls;
        this.conversation = conversation;
        this.server = server;
        this.config = config;
    }

    /**
     * Opens a connection, logs in and selects the database.
     *
     * @throws redis.clients.jedis.exceptions.JedisException if that fails
     */
    static Jedis connect(URI url, Conversation conversation, Duration timeout) {
        var server = ServerUrl.of(url);
        var timeoutMillis = (int) timeout.toMillis();
        var config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(timeoutMillis)
                .socketTimeoutMillis(timeoutMillis)
                .user(server.user())
                .password(server.password())
                .database(JedisURIHelper.getDBIndex(url))
                .ssl(JedisURIHelper.isRedisSSLScheme(url))
                .build();
        var address = new HostAndPort(server.host(), server.port());
        return new Jedis(new RedisSockets(conversation, address, config, tls(url)), config);
    }

    /** The query of the URL may name a file of certificates that are trusted instead of Java's. */
    private static SSLSocketFactory tls(URI url) {
        var query = Optional.ofNullable(url.getQuery()).filter(text -> text.startsWith(RedisConnection.CA_FILE));
        return Tls.verifying(query.map(text -> Path.of(text.substring(RedisConnection.CA_FILE.length()))));
    }

    @Override
    public Socket createSocket() {
        try {
            var socket = conversation.sockets().createSocket();
            socket.setKeepAlive(true);
            socket.setTcpNoDelay(true);
            socket.setSoLinger(true, 0); // so that closing never waits
            socket.connect(
                    new InetSocketAddress(server.getHost(), server.getPort()), config.getConnectionTimeoutMillis());
            socket.setSoTimeout(config.getSocketTimeoutMillis());
            if (config.isSsl()) {
                return new ReplySocket(Tls.begin(tls, socket, server.getHost(), server.getPort()), conversation);
            }
            return new ReplySocket(socket, conversation);
        } catch (IOException e) {
            var reason = e instanceof UnknownHostException ? "unknown host" : e.getMessage();
            throw new JedisConnectionException("Cannot connect to " + server + ": " + reason, e);
        }
    }
}
