# `docker run -p 127.0.0.1:8080:8080 -v seatlock:/data seatlock` runs everything in one container, including PostgreSQL
# and Redis. `docker run … seatlock serve`, `… worker` and `… migrate` run the parts, with the addresses of the other
# services in the environment; compose.yml combines them.

# The same Java version that the tests use.
FROM maven:3-eclipse-temurin-17 AS build
WORKDIR /build

# A separate layer, because downloads change only with the pom.
COPY pom.xml .
RUN mvn -B -q dependency:go-offline

COPY sql sql
COPY src/main src/main
RUN mvn -B -q -Dmaven.test.skip=true package

# The jar contains PostgreSQL and Redis for every supported platform. The image keeps only its own (15 of 130 MB), so
# that it can still be tried without other services.
RUN mkdir /jar && cd /jar && jar --extract --file /build/target/seatlock.jar \
    && case "$(uname -m)" in \
         x86_64) rm postgres-linux-arm_64.txz redis-server-*-linux-arm64 ;; \
         aarch64) rm postgres-linux-x86_64.txz redis-server-*-linux-amd64 ;; \
         *) echo "No PostgreSQL for $(uname -m)" >&2; exit 1 ;; \
       esac \
    && rm postgres-darwin-*.txz redis-server-*-darwin-* \
    && mkdir /app && jar --create --file /app/seatlock.jar --manifest META-INF/MANIFEST.MF .


FROM eclipse-temurin:25-jre

# PostgreSQL's initdb needs a user name. The id is fixed, so that the owner of a volume is known.
RUN groupadd --gid 10001 seatlock \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin seatlock \
    && install --directory --owner seatlock --group seatlock --mode 700 /data

COPY --from=build /app/seatlock.jar /app/seatlock.jar

# Starts once with everything, sells in a rehearsal, and stops. Java stores its classes and what it has learned of them (JEP 483,
# 514 and 515), so that a container starts faster: see src/docs/figures.md, "The first seconds".
RUN SEATLOCK_HOME=/tmp/training HOST=127.0.0.1 PORT=0 WARM_UP=PT10S \
    java -Xmx160m -XX:+UseParallelGC -XX:AOTCacheOutput=/app/seatlock.aot -jar /app/seatlock.jar all --stop-when-ready \
    && rm -rf /tmp/training

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080

# The Java launcher reads these options and reports them in one line; set the variable to replace them. For the reasons
# see src/docs/figures.md, "Java options". A JVM that ran out of memory is unreliable, so it exits and is restarted.
#
# A container has its own network, so every role listens on all of its interfaces. A worker opens the port only because
# it is set here, for the health check.
ENV JDK_JAVA_OPTIONS="-Xmx160m -XX:+UseParallelGC -XX:+ExitOnOutOfMemoryError -XX:AOTCache=/app/seatlock.aot" \
    SEATLOCK_HOME=/data \
    HOST=0.0.0.0 \
    PORT=8080

# Checks liveness, not readiness: some orchestrators restart an unhealthy container, which would not bring a database
# back. The image has no curl, and starting a JVM every ten seconds is expensive, so bash sends the request.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${PORT} && printf 'GET /livez HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]

# Exec form, so that the JVM receives SIGTERM and drains before it stops.
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "-jar", "/app/seatlock.jar"]
CMD ["all"]
