package io.loquent.samples.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxValue;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.BaseStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the modules to their one-way arrows; only here are all of them on one class path. */
final class ArchitectureTest {

  private static final String DECODING = "io.loquent.decoding..";
  private static final String TOKENIZERS = "io.loquent.tokenizers..";
  private static final String RUNTIME = "io.loquent.runtime..";
  private static final String SAMPLES = "io.loquent.samples..";

  private static final DescribedPredicate<JavaClass> API =
      resideInAPackage("io.loquent..")
          .and(not(resideInAnyPackage(DECODING, TOKENIZERS, RUNTIME, SAMPLES)))
          .as("belong to the API module");

  private static final JavaClasses LOQUENT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.loquent");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.loquent",
        "io.loquent.decoding",
        "io.loquent.tokenizers",
        "io.loquent.runtime",
        "io.loquent.samples.cli"
      })
  void seesEveryModule(String basePackage) {
    assertThat(LOQUENT.containPackage(basePackage)).isTrue();
    assertThat(LOQUENT.getPackage(basePackage).getClasses()).isNotEmpty();
  }

  @Test
  void apiUsesOnlyTheJdk() {
    classes().that(API).should().onlyDependOnClassesThat(mayUse()).check(LOQUENT);
  }

  @Test
  void decodingUsesApiAndGuava() {
    classes()
        .that()
        .resideInAPackage(DECODING)
        .should()
        .onlyDependOnClassesThat(mayUse(DECODING, "com.google.common..", "jdk.incubator.vector.."))
        .check(LOQUENT);
  }

  @Test
  void tokenizersUseApiGuavaDjlAndSlf4j() {
    classes()
        .that()
        .resideInAPackage(TOKENIZERS)
        .should()
        .onlyDependOnClassesThat(
            mayUse(TOKENIZERS, "com.google.common..", "ai.djl..", "org.slf4j.."))
        .check(LOQUENT);
  }

  @Test
  void runtimeUsesTheLibraryAndOnnxRuntime() {
    classes()
        .that()
        .resideInAPackage(RUNTIME)
        .should()
        .onlyDependOnClassesThat(
            mayUse(
                DECODING,
                TOKENIZERS,
                RUNTIME,
                "com.google.common..",
                "ai.onnxruntime..",
                "org.slf4j.."))
        .check(LOQUENT);
  }

  /** Decoding is arithmetic on what it is given; who reads and who schedules is the runtime. */
  @Test
  void decodingTouchesNoFile() {
    noClasses()
        .that()
        .resideInAPackage(DECODING)
        .should()
        .dependOnClassesThat(
            resideInAPackage("java.nio.file..")
                .or(isAny(File.class, FileDescriptor.class, RandomAccessFile.class))
                .or(isAny(FileInputStream.class, FileOutputStream.class, FileChannel.class))
                .or(isAny(FileReader.class, FileWriter.class)))
        .check(LOQUENT);
  }

  @Test
  void decodingStartsNoThread() {
    noClasses()
        .that()
        .resideInAPackage(DECODING)
        .should()
        .callConstructorWhere(target(owner(assignableTo(Thread.class))))
        .orShould()
        .beAssignableTo(Thread.class)
        .orShould()
        .dependOnClassesThat(
            assignableTo(Executor.class)
                .or(isAny(Executors.class, CompletableFuture.class, Timer.class)))
        .orShould()
        .callMethodWhere(target(name("parallelStream")))
        .orShould()
        .callMethodWhere(
            target(name("parallel")).and(target(owner(assignableTo(BaseStream.class)))))
        .orShould()
        .callMethodWhere(
            target(nameStartingWith("parallel")).and(target(owner(assignableTo(Arrays.class)))))
        .check(LOQUENT);
  }

  /** {@code getValue} copies the whole tensor into nested Java arrays, at every step. */
  @Test
  void noTensorIsCopiedIntoNestedArrays() {
    noClasses()
        .should()
        .callMethodWhere(target(name("getValue")).and(target(owner(assignableTo(OnnxValue.class)))))
        .check(LOQUENT);
  }

  /** Standard output belongs to the host application. */
  @Test
  void theLibraryPrintsNothing() {
    noClasses()
        .that()
        .resideOutsideOfPackage(SAMPLES)
        .should(ACCESS_STANDARD_STREAMS)
        .check(LOQUENT);
  }

  /** Native memory is freed when its scope ends, not when the garbage collector comes by. */
  @Test
  void nothingIsFinalized() {
    noMethods()
        .that()
        .haveRawParameterTypes(new Class<?>[0])
        .should()
        .haveName("finalize")
        .check(LOQUENT);
  }

  /** What any library class may use, and the given packages besides. */
  private static DescribedPredicate<JavaClass> mayUse(String... packages) {
    return resideInAnyPackage("java..", "org.jspecify..")
        .or(API)
        .or(resideInAnyPackage(packages))
        .as(
            packages.length == 0
                ? "belong to the JDK or the API module"
                : "belong to the JDK, the API module or " + String.join(", ", packages));
  }

  private static DescribedPredicate<JavaClass> isAny(Class<?>... types) {
    return JavaClass.Predicates.belongToAnyOf(types);
  }
}
