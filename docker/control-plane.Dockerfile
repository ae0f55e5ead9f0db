# Build from the repository's root: docker build -f docker/control-plane.Dockerfile -t hearth/control-plane .
FROM eclipse-temurin:25-jdk AS build
RUN apt-get update && apt-get install -y --no-install-recommends maven && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN mvn -B -ntp -DskipTests -pl control-plane -am package

# A JDK, not a JRE: replicas that run as processes beside the server need one to make their AOT cache.
FROM eclipse-temurin:25-jdk
RUN useradd --create-home hearth && mkdir /data && chown hearth /data
USER hearth
WORKDIR /app
COPY --from=build /src/control-plane/target/control-plane-*.jar control-plane.jar
ENV HEARTH_HOME=/data HEARTH_BIND=0.0.0.0
VOLUME /data
EXPOSE 8080 9090
HEALTHCHECK --interval=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /actuator/health/readiness HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '\"UP\"' <&3"]
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "--enable-native-access=ALL-UNNAMED", "-jar", "control-plane.jar"]
