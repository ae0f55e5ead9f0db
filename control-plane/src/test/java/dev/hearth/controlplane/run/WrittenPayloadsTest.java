package dev.hearth.controlplane.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.api.ExactJson;
import dev.hearth.api.Page;
import dev.hearth.api.RunView;
import dev.hearth.controlplane.WrittenJson;
import dev.hearth.controlplane.run.RunApi.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Inputs are stored, and outputs shown, as they were written. Here the database plays the task that answers its input. */
class WrittenPayloadsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DOCUMENTS = 10_000;
    private static RunApi api;

    @BeforeAll
    static void start(@TempDir Path home) {
        api = RunApi.start(home);
        api.sql()
                .sql("UPDATE environment_version SET tasks = tasks || '[{\"name\": \"echo\"}]'")
                .update();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void tenThousandDocumentsComeBackByteForByte() {
        WrittenJson written = new WrittenJson(20261201);
        List<String> documents = Stream.generate(written::next).limit(DOCUMENTS).toList();
        List<String> names = batch(documents);
        assertStored(names, documents);
        echo();

        Map<String, String> shown = new HashMap<>();
        String cursor = "";
        while (cursor != null) {
            Page<RunView> page = ExactJson.read(
                    JSON.readerFor(new TypeReference<Page<RunView>>() {}),
                    api.get("/api/v1/runs?limit=500" + cursor).text());
            page.items().forEach(run -> shown.put(run.name(), String.valueOf(run.output())));
            cursor = page.nextCursor() == null ? null : "&cursor=" + page.nextCursor();
        }
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(shown.get(names.get(i))).isEqualTo(documents.get(i));
        }
    }

    @Test
    void tenThousandDocumentsPassThroughATransaction() {
        WrittenJson written = new WrittenJson(20261202);
        List<String> documents = Stream.generate(written::next).limit(DOCUMENTS).toList();
        List<String> names = api.sql()
                .sql("""
                        SELECT hearth_submit('default', 'shop', 'echo', document)
                        FROM unnest(?::text[]) WITH ORDINALITY d (document, place) ORDER BY place""")
                .param(documents.toArray(String[]::new))
                .query(String.class)
                .list();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> api.sql()
                        .sql("SELECT count(*) = 0 FROM submission")
                        .query(Boolean.class)
                        .single());
        assertStored(names, documents);
    }

    @Test
    void oneRunShowsInputAndOutputAsTheyWereWritten() {
        WrittenJson written = new WrittenJson(7);
        for (int i = 0; i < 100; i++) {
            String document = written.next();
            String run = submit(document);
            assertThat(stored(run)).isEqualTo(WrittenJson.bytes(document));
            echo();
            assertThat(api.get("/api/v1/runs/" + run).text()).contains("\"output\":" + document + ",");
            assertThat(api.get("/api/v1/runs/" + run + "/actions/a0").text())
                    .contains("\"input\":" + document + ",\"output\":" + document);
            assertThat(api.get("/api/v1/runs/" + run + "/actions").text()).contains("\"output\":" + document);
        }
    }

    /** Each line of an event is one of its own. */
    @Test
    void anOutputOfSeveralLinesStaysWithinItsEvent() {
        String run = submit("{\"a\":\r\n\r\n1.10,\n\ndata: 1}".replace("data: ", "\"data\": "));
        echo();
        List<String> lines =
                api.get("/api/v1/runs/" + run + "/events").text().lines().toList();
        String end = lines.get(lines.indexOf("event:end") + 1);
        assertThat(end).startsWith("data:{").endsWith("}").contains("1.10");
        assertThat(JSON.readTree(end.substring("data:".length()))
                        .at("/output/data")
                        .intValue())
                .isOne();
    }

    @Test
    void aPageShowsTheDigits() {
        String run = submit("{\"a\": 1E2, \"b\": \"<b>\"}");
        echo();
        assertThat(api.get("/runs/" + run).text()).contains("1E2").contains("&lt;b&gt;");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": 1, \"a\": 2}",
                "{\"a\": {\"b\": 1, \"\\u0062\": 2}}",
                "\"\\ud800\"",
                "{\"\\udc00\\ud800\": 1}",
                "01",
                "1.",
                ".5",
                "+1",
                "NaN",
                "'x'",
                "[1,]",
                "\"\t\"",
                "\"\\x\""
            })
    void whatIsNoJsonIsRefused(String input) {
        assertThat(api.post("/api/v1/runs", body(input)).status()).isEqualTo(400);
        assertThat(api.post("/api/v1/runs:batch", batchBody(List.of("1", input)))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aNumberBeyondAllDecimalsPassesUnlessItsTaskDeclaresAType() {
        assertThat(stored(submit("1e99999999999"))).isEqualTo(WrittenJson.bytes("1e99999999999"));
        Answer refused = api.post(
                "/api/v1/runs", "{\"environment\": \"shop\", \"task\": \"ship\", \"input\": {\"id\": 1e99999999999}}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("1e99999999999", "out of range");
    }

    private static List<String> batch(List<String> documents) {
        Answer answer = api.post("/api/v1/runs:batch", batchBody(documents));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.body()
                .get("names")
                .valueStream()
                .map(name -> name.stringValue())
                .toList();
    }

    private static String batchBody(List<String> documents) {
        return "{\"environment\": \"shop\", \"task\": \"echo\", \"inputs\": [" + String.join(" ,\n", documents) + "]}";
    }

    private static String submit(String document) {
        Answer answer = api.post("/api/v1/runs", body(document));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.body().get("name").stringValue();
    }

    private static String body(String document) {
        return "{\"input\": " + document + " , \"environment\": \"shop\", \"task\": \"echo\"}";
    }

    private static void assertStored(List<String> names, List<String> documents) {
        Map<String, byte[]> stored = new HashMap<>();
        api.sql()
                .sql("SELECT run, input FROM action WHERE run = ANY (?)")
                .param(names.toArray(String[]::new))
                .query(row -> {
                    stored.put(row.getString("run"), row.getBytes("input"));
                });
        for (int i = 0; i < names.size(); i++) {
            assertThat(stored.get(names.get(i))).isEqualTo(WrittenJson.bytes(documents.get(i)));
        }
    }

    private static byte[] stored(String run) {
        return api.sql()
                .sql("SELECT input FROM action WHERE run = ?")
                .param(run)
                .query(byte[].class)
                .single();
    }

    private static void echo() {
        api.sql().sql("""
                UPDATE action SET phase = 'SUCCEEDED', ended_at = now(), output_type = input_type, output = input
                WHERE phase = 'QUEUED'""").update();
        api.sql()
                .sql("UPDATE run SET phase = 'SUCCEEDED', ended_at = now() WHERE phase = 'QUEUED'")
                .update();
    }
}
