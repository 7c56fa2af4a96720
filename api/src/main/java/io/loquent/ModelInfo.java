package io.loquent;

import java.util.List;
import java.util.OptionalInt;

/**
 * What is known about a loaded model. Immutable.
 *
 * @param name the folder's name
 * @param kind how the model generates
 * @param layout how its files are laid out, in words, such as {@code "decoder_model_merged.onnx
 *     with use_cache_branch"}
 * @param precision the dtype suffix of the chosen graphs, such as {@code fp32} or {@code fp16}
 * @param vocabularySize length of a logits vector
 * @param contextLength longest sequence that the model takes, in tokens, if it is limited
 * @param tokens the special token ids
 * @param tensors inputs, outputs and states of the graphs
 * @param notes what a user should know, such as that a graph quantizes activations per call
 */
public record ModelInfo(
    String name,
    Kind kind,
    String layout,
    String precision,
    int vocabularySize,
    OptionalInt contextLength,
    SpecialTokens tokens,
    List<Tensor> tensors,
    List<String> notes) {

  /**
   * Copies the lists.
   *
   * @param name the folder's name
   * @param kind how the model generates
   * @param layout how its files are laid out, in words, such as {@code "decoder_model_merged.onnx
   *     with use_cache_branch"}
   * @param precision the dtype suffix of the chosen graphs, such as {@code fp32} or {@code fp16}
   * @param vocabularySize length of a logits vector
   * @param contextLength longest sequence that the model takes, in tokens, if it is limited
   * @param tokens the special token ids
   * @param tensors inputs, outputs and states of the graphs
   * @param notes what a user should know, such as that a graph quantizes activations per call
   */
  public ModelInfo {
    tensors = List.copyOf(tensors);
    notes = List.copyOf(notes);
  }

  /** How a model works. */
  public enum Kind {
    /** One graph continues its own prompt (GPT, Llama). */
    DECODER,
    /** A decoder with attention over an encoder's output (T5, BART, Marian). */
    ENCODER_DECODER,
    /** An encoder-decoder whose decoder has a state of fixed size (LSTM, GRU). */
    RECURRENT_ENCODER_DECODER,
    /** Many tokens per run (masked canvases, Levenshtein, CTC, directed acyclic, diffusion). */
    NON_AUTOREGRESSIVE,
    /** Reads text and writes none (BERT, sentence transformers, cross-encoders, classifiers). */
    ENCODER
  }

  /**
   * The special token ids, from {@code generation_config.json}, {@code config.json} or {@code
   * genai_config.json}.
   *
   * @param pad padding
   * @param bos begin of sequence
   * @param eos end of sequence, any number of them
   * @param decoderStart what a decoder's output starts with
   */
  public record SpecialTokens(
      OptionalInt pad, OptionalInt bos, List<Integer> eos, OptionalInt decoderStart) {
    /**
     * Copies the list.
     *
     * @param pad padding
     * @param bos begin of sequence
     * @param eos end of sequence, any number of them
     * @param decoderStart what a decoder's output starts with
     */
    public SpecialTokens {
      eos = List.copyOf(eos);
    }
  }

  /**
   * A tensor of a graph.
   *
   * @param file the graph's file
   * @param role what it is for
   * @param name its name in the graph
   * @param type its element type, such as {@code FLOAT16}
   * @param shape its dimensions; a name where the dimension is free, such as {@code [batch_size, 4,
   *     past_sequence_length, 16]}
   */
  public record Tensor(String file, Role role, String name, String type, List<String> shape) {
    /**
     * Copies the list.
     *
     * @param file the graph's file
     * @param role what it is for
     * @param name its name in the graph
     * @param type its element type, such as {@code FLOAT16}
     * @param shape its dimensions
     */
    public Tensor {
      shape = List.copyOf(shape);
    }
  }

  /** What a tensor is for. */
  public enum Role {
    /** A graph input. */
    INPUT,
    /** A graph output. */
    OUTPUT,
    /** An input that carries the state of the step before. */
    STATE_INPUT,
    /** An output that becomes the state of the next step. */
    STATE_OUTPUT
  }
}
