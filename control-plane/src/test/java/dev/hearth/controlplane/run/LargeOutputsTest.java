package dev.hearth.controlplane.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.run.RunApi.Answer;
import dev.hearth.controlplane.storage.BlobStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Outputs that stand in the blob store, and one that is lost there. */
class LargeOutputsTest {
    private static final String LARGE = "\"" + "x".repeat(100_000) + "\"";
    private static final String LOST = "0".repeat(64);
    private static RunApi api;

    private String kept;
    private String lost;

    @BeforeAll
    static void start(@TempDir Path home) {
        api = RunApi.start(home);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @BeforeEach
    void end() {
        kept = ended(api.server().bean(BlobStore.class).put(LARGE.getBytes(StandardCharsets.UTF_8)));
        lost = ended(LOST);
    }

    @Test
    void listsNameThemAndReadNone() {
        assertReference(run(api.get("/api/v1/runs"), lost));
        assertReference(run(api.get("/api/v1/runs"), kept));
        assertReference(api.get("/api/v1/runs/" + lost + "/actions").body().at("/items/0"));
        assertThat(api.get("/api/v1/runs/" + lost + "/events").text())
                .contains("event:end")
                .contains(LOST);
    }

    @Test
    void theRunAndItsActionShowThemInFull() {
        assertThat(api.get("/api/v1/runs/" + kept).body().get("output").stringValue())
                .hasSize(100_000);
        assertThat(api.get("/api/v1/runs/" + kept + "?wait=1s")
                        .body()
                        .get("output")
                        .isString())
                .isTrue();
        assertThat(api.get("/api/v1/runs/" + kept + "/actions/a0")
                        .body()
                        .get("output")
                        .isString())
                .isTrue();
    }

    @Test
    void aLostOneIsToldByItsName() {
        for (String path : new String[] {"", "?wait=1s", "/actions/a0"}) {
            Answer answer = api.get("/api/v1/runs/" + lost + path);
            assertThat(answer.status()).as(path).isEqualTo(410);
            assertThat(answer.body().get("title").stringValue()).isEqualTo("Stored data missing");
            assertThat(answer.body().get("detail").stringValue()).contains(LOST);
        }
    }

    @Test
    void pagesAndCancelsDoWithoutALostOne() {
        assertThat(api.get("/").status()).isEqualTo(200);
        assertThat(api.get("/runs/" + lost).text()).contains(LOST);
        assertThat(api.post("/api/v1/runs/" + lost + "/cancel", "").status()).isEqualTo(202);
        assertThat(api.post("/api/v1/runs/" + lost + "/actions/a0/cancel", "").status())
                .isEqualTo(202);
    }

    private static JsonNode run(Answer list, String name) {
        assertThat(list.status()).isEqualTo(200);
        return list.body()
                .get("items")
                .valueStream()
                .filter(run -> run.get("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void assertReference(JsonNode shown) {
        assertThat(shown.at("/output/mediaType").stringValue()).isEqualTo("application/json");
        assertThat(BlobStore.isName(shown.at("/output/blob").stringValue())).isTrue();
    }

    /** A run that has ended with what a blob holds. */
    private static String ended(String blob) {
        String run = api.submit("ship");
        api.sql().sql("""
                        UPDATE action SET phase = 'SUCCEEDED', ended_at = now(), output_type = 'application/json',
                                          output_blob = ? WHERE run = ?""").params(blob, run).update();
        api.sql()
                .sql("UPDATE run SET phase = 'SUCCEEDED', ended_at = now() WHERE name = ?")
                .param(run)
                .update();
        return run;
    }
}
