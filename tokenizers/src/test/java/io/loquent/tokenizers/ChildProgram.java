package io.loquent.tokenizers;

import io.loquent.ModelLoadException;
import io.loquent.spi.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Opens and uses a tokenizer in a JVM of its own, in which every connection is refused and noted.
 * Arguments: the model folder, and the file for what happened.
 */
final class ChildProgram {

  private static final List<String> CONNECTS = new CopyOnWriteArrayList<>();

  private ChildProgram() {}

  @SuppressWarnings("deprecation") // The only hook below HttpURLConnection.
  public static void main(String[] arguments) throws IOException {
    // The JVM's own value wins over one from the command line.
    System.setProperty(
        "java.vendor.url", System.getProperty("child.vendor.url", "http://example.org/"));
    Socket.setSocketImplFactory(RefusingSocket::new);
    // As on a thread of an application server: this loader sees nothing of ours.
    Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
    Properties result = new Properties();
    try (Tokenizer tokenizer = TokenizerFolder.load(Paths.get(arguments[0])).orElseThrow()) {
      int[] ids = tokenizer.encode("the old sailor", false);
      result.setProperty("ids", Arrays.toString(ids));
      result.setProperty("text", tokenizer.decode(ids, true));
    } catch (ModelLoadException e) {
      result.setProperty("error", e.getMessage());
    }
    result.setProperty("connects", CONNECTS.toString());
    try (OutputStream out = Files.newOutputStream(Paths.get(arguments[1]))) {
      result.store(out, null);
    }
  }

  /** Runs this program. */
  static Properties run(Path scratch, List<String> systemProperties) throws Exception {
    Path result = scratch.resolve("result.properties");
    List<String> command = new java.util.ArrayList<>();
    command.add(Paths.get(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(systemProperties);
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            ChildProgram.class.getName(),
            Fixtures.folder("gpt2-tiny").toString(),
            result.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    for (String name :
        List.of("OPT_OUT_TRACKING", "DJL_OFFLINE", "RUST_FLAVOR", "ENGINE_CACHE_DIR")) {
      builder.environment().remove(name);
    }
    Path log = scratch.resolve("log.txt");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (process.waitFor() != 0) {
      throw new AssertionError(Files.readString(log));
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(result)) {
      properties.load(in);
    }
    return properties;
  }

  /** A socket that never connects. */
  private static final class RefusingSocket extends SocketImpl {

    private static IOException refuse(Object target) {
      CONNECTS.add(String.valueOf(target));
      return new IOException("no network");
    }

    @Override
    protected void create(boolean stream) {}

    @Override
    protected void connect(String host, int port) throws IOException {
      throw refuse(host);
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
      throw refuse(address);
    }

    @Override
    protected void connect(SocketAddress address, int timeout) throws IOException {
      throw refuse(address);
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
      throw refuse(host);
    }

    @Override
    protected void listen(int backlog) throws IOException {
      throw refuse("listen");
    }

    @Override
    protected void accept(SocketImpl socket) throws IOException {
      throw refuse("accept");
    }

    @Override
    protected InputStream getInputStream() throws IOException {
      throw refuse("read");
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
      throw refuse("write");
    }

    @Override
    protected int available() {
      return 0;
    }

    @Override
    protected void close() {}

    @Override
    protected void sendUrgentData(int data) throws IOException {
      throw refuse("urgent");
    }

    @Override
    public void setOption(int option, Object value) {}

    @Override
    public Object getOption(int option) {
      return 0;
    }
  }
}
