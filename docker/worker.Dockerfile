# Build from the repository's root: docker build -f docker/worker.Dockerfile -t hearth/worker .
FROM eclipse-temurin:25-jdk AS build
RUN apt-get update && apt-get install -y --no-install-recommends maven && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN mvn -B -ntp -DskipTests -pl worker-service -am package \
    && java -Djarmode=tools -jar worker-service/target/worker-service-*-exec.jar extract \
       --destination /worker --application-filename worker.jar

FROM eclipse-temurin:25-jdk
RUN useradd --create-home hearth
USER hearth
WORKDIR /worker
COPY --from=build --chown=hearth /worker .
# The cache is made with the very flags and files that it is used with.
RUN java -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -XX:AOTCacheOutput=/home/hearth/worker.aot \
    -Dhearth.worker.train=true -jar worker.jar
ENV HEARTH_WORKER_HOME=/home/hearth HEARTH_WORKER_WEB=servlet HEARTH_WORKER_HTTP_PORT=8081
EXPOSE 8081
ENTRYPOINT ["java", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-XX:AOTCache=/home/hearth/worker.aot", "-XX:MaxRAMPercentage=75", "-jar", "worker.jar"]
