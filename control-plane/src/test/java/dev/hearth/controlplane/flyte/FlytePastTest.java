package dev.hearth.controlplane.flyte;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.storage.FileStores;
import flyteidl2.core.Container;
import flyteidl2.core.TaskTemplate;
import flyteidl2.task.TaskIdentifier;
import flyteidl2.task.TaskSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.unit.DataSize;

class FlytePastTest {
    private static final Instant NOW = Instant.parse("2026-05-20T12:00:00Z");
    private static final Duration KEEP = Duration.ofDays(30);

    @TempDir
    private Path folder;

    private HikariDataSource database;
    private JdbcClient sql;
    private FlyteFiles files;
    private FlytePast past;

    @BeforeEach
    void migrate() {
        TestDatabase.Database fresh = TestDatabase.fresh();
        database = new HikariDataSource();
        database.setJdbcUrl(fresh.url());
        database.setUsername(fresh.user());
        database.setPassword(fresh.password());
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migrations")
                .load()
                .migrate();
        sql = JdbcClient.create(database);
        files = new FlyteFiles(new FlyteSettings("", DataSize.ofMegabytes(1)), FileStores.inFolder(folder));
        past = new FlytePast(new FlytePastStore(sql), files);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void filesStayTwiceAsLongAsRunsAndCodeOfDeployedTasksForEver() throws IOException {
        String old = file("runs/r1/a0/1/outputs.pb", 61);
        String younger = file("runs/r2/a0/1/outputs.pb", 59);
        String code = file("uploads/x/code.tgz", 300);
        String forgotten = file("uploads/y/code.tgz", 300);
        FlyteTaskStore store = tasks(NOW.minus(Duration.ofDays(300)));
        store.deploy(
                TaskIdentifier.newBuilder()
                        .setProject("default")
                        .setDomain("development")
                        .setName("env.task")
                        .setVersion("1")
                        .build(),
                store.save(spec("--tgz", code)));

        past.drop(NOW.minus(KEEP), KEEP);

        assertThat(files.read(old)).isEmpty();
        assertThat(folder.resolve("flyte/default/development/runs/r1")).doesNotExist();
        assertThat(files.read(younger)).isPresent();
        assertThat(files.read(code)).isPresent();
        assertThat(files.read(forgotten)).isEmpty();
    }

    @Test
    void aSpecificationGoesWhenNobodyHasUsedItForLong() {
        FlyteTaskStore begin = tasks(NOW.minus(Duration.ofDays(300)));
        String forgotten = begin.save(spec("a"));
        String used = begin.save(spec("b"));
        tasks(NOW.minus(Duration.ofDays(59))).save(spec("b"));

        past.drop(NOW.minus(KEEP), KEEP);

        assertThat(sql.sql("SELECT sha256 FROM flyte_spec").query(String.class).list())
                .containsExactly(used)
                .doesNotContain(forgotten);
    }

    @Test
    void aControlPlaneThatGoesOnForLongStillTellsThatASpecificationIsUsed() {
        MovingClock clock = new MovingClock(NOW.minus(Duration.ofDays(300)));
        FlyteTaskStore store = new FlyteTaskStore(sql, clock);
        String used = store.save(spec("a"));
        clock.now = NOW.minus(Duration.ofDays(1));
        store.save(spec("a"));

        past.drop(NOW.minus(KEEP), KEEP);

        assertThat(sql.sql("SELECT sha256 FROM flyte_spec").query(String.class).list())
                .containsExactly(used);
    }

    @Test
    void whatWasSaidOfARunGoesWithTheRun() {
        saveRun("gone");
        saveRun("there");
        sql.sql("""
                INSERT INTO environment (project, name, state, created_at) VALUES ('default', 'env', 'ACTIVE', now());
                INSERT INTO environment_version (environment_id, version, state, spec, tasks, deployed_at)
                SELECT id, 'v', 'ACTIVE', '{}', '[]', now() FROM environment;
                INSERT INTO run (name, project, environment, version_id, version, task, phase, created_at)
                SELECT 'there', 'default', 'env', id, 'v', 't', 'RUNNING', now() FROM environment_version""").update();

        past.drop(NOW.minus(KEEP), KEEP);

        assertThat(sql.sql("SELECT run FROM flyte_run").query(String.class).list())
                .containsExactly("there");
        assertThat(sql.sql("SELECT key FROM flyte_cache").query(String.class).list())
                .containsExactly("key of there");
    }

    private FlyteTaskStore tasks(Instant now) {
        return new FlyteTaskStore(sql, Clock.fixed(now, ZoneOffset.UTC));
    }

    private void saveRun(String run) {
        String then = NOW.minus(Duration.ofDays(40)).toString();
        sql.sql("INSERT INTO flyte_run VALUES (?, 'hearth', 'default', 'development', '', ?::timestamptz)")
                .params(run, then)
                .update();
        sql.sql("INSERT INTO flyte_cache VALUES ('default', 'development', ?, ?, 'a1', ?::timestamptz)")
                .params("key of " + run, run, then)
                .update();
    }

    private static TaskSpec spec(String... args) {
        return TaskSpec.newBuilder()
                .setTaskTemplate(TaskTemplate.newBuilder()
                        .setContainer(Container.newBuilder().addAllArgs(List.of(args))))
                .build();
    }

    /** Answers its address. */
    private String file(String name, int daysOld) throws IOException {
        String path = "default/development/" + name;
        files.write(path, new ByteArrayInputStream(new byte[] {1}));
        Path file = folder.resolve("flyte").resolve(path);
        FileTime then = FileTime.from(NOW.minus(Duration.ofDays(daysOld)));
        for (Path each = file; !each.equals(folder); each = each.getParent()) {
            Files.setLastModifiedTime(each, then);
        }
        return files.address(path);
    }

    private static final class MovingClock extends Clock {
        private Instant now;

        MovingClock(Instant now) {
            this.now = now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
