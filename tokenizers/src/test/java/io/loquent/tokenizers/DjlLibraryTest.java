package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test needs a JVM in which DJL is not loaded yet. */
class DjlLibraryTest {

  @TempDir Path scratch;

  @Test
  void nothing_connects_to_the_network() throws Exception {
    Properties result = ChildProgram.run(scratch, List.of());
    assertThat(result).containsEntry("connects", "[]").containsEntry("text", "the old sailor");
  }

  @Test
  void the_test_above_sees_the_call_home_of_a_host_that_allows_it() throws Exception {
    Properties result = ChildProgram.run(scratch, List.of("-DOPT_OUT_TRACKING=false"));
    assertThat(result.getProperty("connects")).contains("169.254.169.254");
  }

  @Test
  void the_native_library_is_unpacked_where_the_host_says() throws Exception {
    Path cache = scratch.resolve("cache");
    Properties result = ChildProgram.run(scratch, List.of("-DENGINE_CACHE_DIR=" + cache));
    assertThat(result).containsKey("ids");
    assertThat(cache.resolve("tokenizers")).isDirectory();
  }

  @Test
  void a_read_only_home_is_no_obstacle() throws Exception {
    Path temporary = Files.createDirectory(scratch.resolve("temporary"));
    Properties result =
        ChildProgram.run(
            scratch,
            List.of("-Duser.home=" + scratch.resolve("no-home"), "-Djava.io.tmpdir=" + temporary));
    assertThat(result).containsKey("ids");
    assertThat(temporary.resolve(".djl.ai")).isDirectory();
  }

  @Test
  void a_folder_that_cannot_be_written_is_named_with_the_way_out() throws Exception {
    Path file = Files.createFile(scratch.resolve("file"));
    Properties result = ChildProgram.run(scratch, List.of("-DENGINE_CACHE_DIR=" + file));
    assertThat(result.getProperty("error"))
        .contains("native tokenizer library", "set ENGINE_CACHE_DIR");
  }

  @Test
  void an_unsupported_processor_is_named() throws Exception {
    Properties result = ChildProgram.run(scratch, List.of("-Dos.arch=riscv64"));
    assertThat(result.getProperty("error")).contains("riscv64", "RUST_LIBRARY_PATH");
  }

  @Test
  void an_unsupported_system_is_named() throws Exception {
    Properties result = ChildProgram.run(scratch, List.of("-Dos.name=SunOS"));
    assertThat(result.getProperty("error")).contains("SunOS", "RUST_LIBRARY_PATH");
  }

  @Test
  void on_android_the_library_to_add_is_named() throws Exception {
    Properties result =
        ChildProgram.run(scratch, List.of("-Dchild.vendor.url=http://www.android.com/"));
    assertThat(result.getProperty("error")).contains("ai.djl.android:tokenizer-native");
  }

  @Test
  void a_library_that_the_system_refuses_is_explained() throws Exception {
    Path library = scratch.resolve(System.mapLibraryName("tokenizers"));
    Files.writeString(library, "not a library");
    Properties result = ChildProgram.run(scratch, List.of("-DRUST_LIBRARY_PATH=" + library));
    assertThat(result.getProperty("error")).contains("UnsatisfiedLinkError", "glibc", "musl");
  }
}
