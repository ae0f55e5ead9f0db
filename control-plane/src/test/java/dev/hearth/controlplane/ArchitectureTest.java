package dev.hearth.controlplane;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.time.LocalDateTime;

/** The arrows between packages, and a few rules that the compiler does not know. */
@AnalyzeClasses(packages = "dev.hearth.controlplane", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String BASE = "dev.hearth.controlplane.";

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("dev.hearth.controlplane.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theAutoscalerNeverTalksToWorkersOrStartsThem = noClasses()
            .that()
            .resideInAPackage(BASE + "scaling..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BASE + "scheduling..", BASE + "journal..", BASE + "provisioning..", BASE + "run..");

    @ArchTest
    static final ArchRule thePolicyAndItsSimulatorArePure = noClasses()
            .that()
            .resideInAnyPackage(BASE + "policy..", BASE + "simulation..")
            .should()
            .dependOnClassesThat(resideOutsideOfPackages(
                    "java..", "org.jspecify..", "dev.hearth.model..", BASE + "policy..", BASE + "simulation.."));

    @ArchTest
    static final ArchRule theDispatcherKnowsNeitherScalingNorStores = noClasses()
            .that()
            .resideInAPackage(BASE + "scheduling..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    BASE + "scaling..", BASE + "journal..", BASE + "replica..", "org.springframework.jdbc..");

    @ArchTest
    static final ArchRule nothingDependsOnPages = noClasses()
            .that()
            .resideOutsideOfPackage(BASE + "admin..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(BASE + "admin..");

    @ArchTest
    static final ArchRule timeComesFromAClock = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule storesAreTheOnlyOnesThatSpeakSql = noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Store")
            .and()
            .resideOutsideOfPackage(BASE + "database..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.springframework.jdbc.core.simple.JdbcClient");

    @ArchTest
    static final ArchRule controllersStayInTheirPackage =
            classes().that().haveSimpleNameEndingWith("Controller").should().bePackagePrivate();

    @ArchTest
    static final ArchRule noNamesThatSayNothing = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl)$")
            .orShould()
            .resideInAnyPackage("..util..", "..common..", "..helper..", "..impl..");
}
