package dev.hearth.sdk;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.hearth.sdk", importOptions = DoNotIncludeTests.class)
class SdkArchitectureTest {
    @ArchTest
    static final ArchRule programsThatUseTheSdkNeedNeitherSpringNorGrpc = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "io.grpc..", "dev.hearth.wire..");
}
