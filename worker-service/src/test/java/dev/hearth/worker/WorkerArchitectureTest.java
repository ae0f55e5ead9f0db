package dev.hearth.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of workers would each hold connections: they hold none, all they say goes over their one stream. */
@AnalyzeClasses(packages = "dev.hearth.worker", importOptions = DoNotIncludeTests.class)
class WorkerArchitectureTest {

    @ArchTest
    static final ArchRule aWorkerAsksNoDatabase =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("java.sql..", "javax.sql..");

    @ParameterizedTest
    @ValueSource(strings = {"org.postgresql.Driver", "com.zaxxer.hikari.HikariDataSource"})
    void aWorkerCouldNotEvenSpeakToOne(String driver) {
        assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> Class.forName(driver));
    }
}
