# Seatlock as an image: `docker run -p 127.0.0.1:8080:8080 -v seatlock:/data seatlock` is the whole of it in one
# container, PostgreSQL and Redis included; `docker run … seatlock serve`, `… worker`, `… migrate` are its parts, with
# the addresses of everything else in the environment. compose.yml puts them together.

# The Java that the tests run on, too.
FROM maven:3-eclipse-temurin-17 AS build
WORKDIR /build

# A layer of its own: what Maven fetches changes with the pom, and not with every line of code.
COPY pom.xml .
RUN mvn -B -q dependency:go-offline

COPY sql sql
COPY src/main src/main
RUN mvn -B -q -Dmaven.test.skip=true package

# The jar brings PostgreSQL and Redis for each platform that it may meet. Here there is one: the image keeps those (15 of
# 130 MB), so that it can be tried with nothing beside it, and leaves the others.
RUN mkdir /jar && cd /jar && jar --extract --file /build/target/seatlock.jar \
    && case "$(uname -m)" in \
         x86_64) rm postgres-linux-arm_64.txz redis-server-*-linux-arm64 ;; \
         aarch64) rm postgres-linux-x86_64.txz redis-server-*-linux-amd64 ;; \
         *) echo "No PostgreSQL for $(uname -m)" >&2; exit 1 ;; \
       esac \
    && rm postgres-darwin-*.txz redis-server-*-darwin-* \
    && mkdir /app && jar --create --file /app/seatlock.jar --manifest META-INF/MANIFEST.MF .


FROM eclipse-temurin:25-jre

# PostgreSQL's initdb wants to know its user by name. The number is fixed, for the owner of a volume.
RUN groupadd --gid 10001 seatlock \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin seatlock \
    && install --directory --owner seatlock --group seatlock --mode 700 /data

COPY --from=build /app/seatlock.jar /app/seatlock.jar

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080

# For the launcher, which takes them from here and says so in one line; set it to choose others. Why these: README,
# "Figures". Whoever runs out of memory cannot be trusted with what he does next: he ends, and is started again.
ENV JDK_JAVA_OPTIONS="-Xmx160m -XX:+UseParallelGC -XX:+ExitOnOutOfMemoryError" \
    SEATLOCK_HOME=/data

# Whether it lives, not whether it is ready: some who watch this start anew what does not pass, which brings no database
# back. The image has no curl, and a JVM every ten seconds would be dear; bash can speak this much HTTP.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${PORT:-8080} && printf 'GET /livez HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]

# No shell in between: SIGTERM is for the JVM, which then drains and stops.
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "-jar", "/app/seatlock.jar"]
CMD ["all"]
