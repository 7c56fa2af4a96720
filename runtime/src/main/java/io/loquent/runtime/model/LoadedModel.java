package io.loquent.runtime.model;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/** A model whose graphs are open: it makes decoding states. Thread-safe until closed. */
public abstract sealed class LoadedModel implements AutoCloseable
    permits SteppedModel, NonAutoregressiveModel {

  LoadedModel() {}

  /**
   * Opens a model's graphs.
   *
   * @param config the folder, and how to run it
   * @param findings receives what is detected and why, in reading order
   * @return the model, to be closed
   * @throws io.loquent.ModelLoadException if the folder cannot be used; nothing stays open
   */
  public static LoadedModel load(ModelConfig config, List<String> findings) {
    SessionFactory sessions = new SessionFactory(config, findings);
    ModelFiles files = ModelFiles.read(config, findings);
    return ParallelFamily.of(files).isPresent()
        ? NonAutoregressiveModel.open(files, config, sessions, findings)
        : SteppedModel.open(files, config, sessions, findings);
  }

  /**
   * Describes the model.
   *
   * @return the same object at each call
   */
  public abstract ModelInfo info();

  /**
   * Returns the folder's own default options, special tokens included.
   *
   * @return options
   */
  public abstract GenerationOptions defaults();

  /**
   * Returns the longest sequence.
   *
   * @return tokens, if limited
   */
  public abstract OptionalInt contextLength();

  /**
   * Says whether activations are quantized at each run, so that scores depend on which tokens run
   * together.
   *
   * @return true for dynamic 8-bit quantization
   */
  public abstract boolean quantizesActivations();

  /**
   * Returns how many ids the input may have.
   *
   * @return one more than the highest id
   */
  public abstract int inputVocabularySize();

  /**
   * Says whether the input is a source beside what is generated.
   *
   * @return true for encoder-decoders, and for masked language models, whose output is a filled
   *     copy of their input
   */
  public abstract boolean isEncoderDecoder();

  /**
   * Says whether the model reads token ids.
   *
   * @return false for audio and image encoders
   */
  public abstract boolean readsTokens();

  /**
   * Returns how many native buffers are lent to running requests.
   *
   * @return 0 while no request is running
   */
  public abstract int lentBuffers();

  /**
   * Tells which rows can share a batch: those with equal keys. A graph that cannot tell padding
   * from text gets only rows of equal length together, so that each keeps its solo result.
   *
   * @param row a prompt
   * @return the key
   */
  public abstract Object batchKey(PromptRow row);

  /**
   * Tells whether rows can share runs that are not equally long, so that a row may join others that
   * are under way.
   *
   * @return false if only rows that began together stay together
   */
  public abstract boolean rowsJoinAtAnyLength();

  /**
   * Refuses what the model cannot do, before anything runs.
   *
   * @param rows a request's prompt, and its negative prompt if it has one
   * @param hiddenStates whether the request needs last hidden states
   * @param useCache whether it lets the cache be used
   * @throws InvalidRequestException if the model cannot give what is needed
   */
  public abstract void check(List<PromptRow> rows, boolean hiddenStates, boolean useCache);

  /**
   * Opens a state; an encoder is run at once.
   *
   * @param rows the prompts, with equal {@link #batchKey}
   * @param options what the request needs, {@link #check checked}
   * @param control stops runs
   * @return a state, to be closed
   */
  public abstract DecodingState open(List<PromptRow> rows, OpenOptions options, RunControl control);

  /**
   * Opens a state that goes on where another one ended.
   *
   * @param row a prompt that begins with what the cache remembers
   * @param options what the request needs, {@link #check checked}
   * @param control stops runs
   * @param kept of this model, shorter than the prompt; closed with the state
   * @return a state, to be closed
   * @throws IllegalStateException if the model cannot continue it
   */
  public DecodingState resume(
      PromptRow row, OpenOptions options, RunControl control, KeptCache kept) {
    throw new IllegalStateException(info().name() + " keeps no cache");
  }

  /**
   * Takes what a state remembers of its first row, to {@link #resume} from it later.
   *
   * @param state of this model; only to be closed afterwards
   * @param tokens what the first row began with
   * @return to be closed; empty if nothing is remembered that could be continued, because the model
   *     has no cache for instance
   */
  public Optional<KeptCache> keep(DecodingState state, int[] tokens) {
    return Optional.empty();
  }

  /**
   * Sets who is asked for memory before a request fails for want of it; nobody at first. Models
   * that {@link #keep} nothing never ask.
   *
   * @param giver closes something that was kept, if there is anything, and says whether it did;
   *     asked until there is enough memory, on the thread that needs it
   */
  public void relieveBy(BooleanSupplier giver) {}

  /** Frees the graphs. No request may be running. */
  @Override
  public abstract void close();

  /**
   * Opens what of the decoder's graphs leads to an early exit, as a smaller model. It runs the
   * encoder of this one, so it is to be closed before this one.
   *
   * @param layer after which it exits, from 1
   * @return the model, to be closed
   * @throws io.loquent.ModelLoadException if the graphs have no such exit, or it cannot be cut out
   */
  public abstract LoadedModel upToExit(int layer);

  /**
   * Says what a model for parallel decoding is.
   *
   * @return empty for models that continue sequences step by step
   */
  public Optional<ParallelModel> parallel() {
    return Optional.empty();
  }

  /**
   * Says whether the first step of a batch reads the sources only: in the encoder, or not at all.
   *
   * @return true for models that decode canvases; false where the step over the prompts, or the
   *     only graph, runs with it
   */
  public boolean encodesWithoutDecoding() {
    return false;
  }

  /**
   * Opens a state for parallel decoding.
   *
   * @param rows the prompts, with equal {@link #batchKey}
   * @param keepsCache whether runs over parts of a canvas follow ({@link ParallelModel#hasCache()})
   * @param control stops runs
   * @return a state, to be closed
   * @throws IllegalStateException if the model continues sequences step by step
   */
  public ParallelState openParallel(List<PromptRow> rows, boolean keepsCache, RunControl control) {
    throw new IllegalStateException(info().name() + " decodes step by step");
  }
}
