package io.loquent.tokenizers;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.loquent.ModelLoadException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * The only door to DJL's tokenizers. Left to itself DJL reports each process to its makers, may
 * download native code where it sees a GPU, and cuts every text to 512 tokens; all of this is
 * switched off before its first class is loaded.
 */
final class DjlLibrary {

  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private static final String DESKTOP_REMEDY =
      "It runs on Linux x86_64 and aarch64 with glibc 2.34 or newer (so not on Alpine or another"
          + " musl system: use an image based on Debian 12, Ubuntu 22.04 or RHEL 9 or newer), on"
          + " macOS aarch64 and on Windows x86_64; elsewhere build it yourself and set"
          + " RUST_LIBRARY_PATH to the library file. It is unpacked into ~/.djl.ai or, if the home"
          + " folder is read-only, the temporary folder: set ENGINE_CACHE_DIR to a folder that can"
          + " be written and executed from if neither can";
  private static final String ANDROID_REMEDY =
      "Add the Android library ai.djl.android:tokenizer-native to the application";

  private DjlLibrary() {}

  /** Creates a native tokenizer from the text of a tokenizer.json. */
  static HuggingFaceTokenizer open(Path path, String json) {
    setUnlessTheHostDid("OPT_OUT_TRACKING", "true");
    setUnlessTheHostDid("RUST_FLAVOR", "cpu");
    Thread thread = Thread.currentThread();
    ClassLoader callersLoader = thread.getContextClassLoader();
    // DJL looks for its native library with the context class loader, which in an application
    // server or on a thread from native code may not see it.
    thread.setContextClassLoader(DjlLibrary.class.getClassLoader());
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), OPTIONS);
    } catch (LinkageError | AssertionError | EngineException e) {
      throw new ModelLoadException(nativeLibraryMessage(e), e);
    } catch (IOException | RuntimeException e) {
      throw new ModelLoadException(
          path
              + " is not a tokenizer that the tokenizers library understands: "
              + e.getMessage()
              + "; save it again with save_pretrained() of a fast tokenizer",
          e);
    } finally {
      thread.setContextClassLoader(callersLoader);
    }
  }

  /**
   * Returns the ids of a text's tokens. Only these leave native code: DJL's own Encoding fetches
   * the tokens, their spans and five more arrays with them, which takes several times as long.
   */
  static long[] encode(HuggingFaceTokenizer tokenizer, String text, boolean addSpecialTokens) {
    return ids(TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, addSpecialTokens));
  }

  /** As {@link #encode(HuggingFaceTokenizer, String, boolean)}, of a pair of texts. */
  static long[] encode(
      HuggingFaceTokenizer tokenizer, String first, String second, boolean addSpecialTokens) {
    return ids(
        TokenizersLibrary.LIB.encodeDual(tokenizer.getHandle(), first, second, addSpecialTokens));
  }

  private static long[] ids(long encoding) {
    try {
      return TokenizersLibrary.LIB.getTokenIds(encoding);
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  private static void setUnlessTheHostDid(String name, String value) {
    if (System.getenv(name) == null && System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  /** Says what is wrong with this machine, and every way out. */
  static String nativeLibraryMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return "the native tokenizer library cannot be loaded on "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.arch")
        + ": "
        + root
        + ". "
        + (isAndroid() ? ANDROID_REMEDY : DESKTOP_REMEDY);
  }

  private static boolean isAndroid() {
    return "http://www.android.com/".equals(System.getProperty("java.vendor.url"));
  }
}
