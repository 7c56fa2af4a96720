package io.loquent.samples.benchmarks.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Writes the JSON files that stand beside the graphs of a model folder. */
final class ModelConfigs {

  private ModelConfigs() {}

  static void writeLlama(Path folder, LlamaShape shape) throws IOException {
    write(
        folder.resolve("config.json"),
        """
        {
          "architectures": ["LlamaForCausalLM"],
          "model_type": "llama",
          "hidden_size": %d,
          "intermediate_size": %d,
          "num_hidden_layers": %d,
          "num_attention_heads": %d,
          "num_key_value_heads": %d,
          "head_dim": %d,
          "vocab_size": %d,
          "max_position_embeddings": %d,
          "bos_token_id": %d,
          "eos_token_id": %d,
          "pad_token_id": %d,
          "hidden_act": "silu",
          "rms_norm_eps": %s,
          "rope_theta": %s,
          "rope_scaling": null,
          "tie_word_embeddings": true,
          "torch_dtype": "float32",
          "use_cache": true
        }
        """,
        shape.hidden(),
        shape.inner(),
        shape.layers(),
        shape.heads(),
        shape.keyHeads(),
        shape.headSize(),
        shape.vocabulary(),
        shape.context(),
        LlamaShape.BOS,
        LlamaShape.EOS,
        LlamaShape.EOS,
        LlamaShape.NORM_EPSILON,
        LlamaShape.ROPE_THETA);
    write(
        folder.resolve("generation_config.json"),
        """
        {"bos_token_id": %d, "eos_token_id": %d, "pad_token_id": %d}
        """,
        LlamaShape.BOS,
        LlamaShape.EOS,
        LlamaShape.EOS);
  }

  static void writeGenai(Path folder, LlamaShape shape) throws IOException {
    write(
        folder.resolve("genai_config.json"),
        """
        {
          "model": {
            "type": "llama",
            "bos_token_id": %d,
            "eos_token_id": %d,
            "pad_token_id": %d,
            "context_length": %d,
            "vocab_size": %d,
            "decoder": {
              "filename": "model.onnx",
              "head_size": %d,
              "hidden_size": %d,
              "num_attention_heads": %d,
              "num_hidden_layers": %d,
              "num_key_value_heads": %d,
              "inputs": {
                "input_ids": "input_ids",
                "attention_mask": "attention_mask",
                "past_key_names": "past_key_values.%%d.key",
                "past_value_names": "past_key_values.%%d.value"
              },
              "outputs": {
                "logits": "logits",
                "present_key_names": "present.%%d.key",
                "present_value_names": "present.%%d.value"
              }
            }
          },
          "search": {"do_sample": false, "num_beams": 1, "past_present_share_buffer": true}
        }
        """,
        LlamaShape.BOS,
        LlamaShape.EOS,
        LlamaShape.EOS,
        shape.context(),
        shape.vocabulary(),
        shape.headSize(),
        shape.hidden(),
        shape.heads(),
        shape.layers(),
        shape.keyHeads());
  }

  static void writeMarian(Path folder, MarianShape shape) throws IOException {
    write(
        folder.resolve("config.json"),
        """
        {
          "architectures": ["MarianMTModel"],
          "model_type": "marian",
          "is_encoder_decoder": true,
          "d_model": %d,
          "encoder_layers": %d,
          "decoder_layers": %d,
          "encoder_attention_heads": %d,
          "decoder_attention_heads": %d,
          "encoder_ffn_dim": %d,
          "decoder_ffn_dim": %d,
          "vocab_size": %d,
          "max_position_embeddings": %d,
          "eos_token_id": %d,
          "pad_token_id": %d,
          "decoder_start_token_id": %d,
          "activation_function": "swish",
          "use_cache": true
        }
        """,
        shape.hidden(),
        shape.layers(),
        shape.layers(),
        shape.heads(),
        shape.heads(),
        shape.inner(),
        shape.inner(),
        shape.vocabulary(),
        shape.context(),
        MarianShape.EOS,
        shape.pad(),
        shape.pad());
    write(
        folder.resolve("generation_config.json"),
        """
        {"eos_token_id": %d, "pad_token_id": %d, "decoder_start_token_id": %d, \
        "bad_words_ids": [[%d]]}
        """,
        MarianShape.EOS,
        shape.pad(),
        shape.pad(),
        shape.pad());
  }

  /** The files of a model of sentence transformers: means over tokens, normalised. */
  static void writeBert(Path folder, BertShape shape) throws IOException {
    write(
        folder.resolve("config.json"),
        """
        {
          "architectures": ["BertModel"],
          "model_type": "bert",
          "hidden_size": %d,
          "intermediate_size": %d,
          "num_hidden_layers": %d,
          "num_attention_heads": %d,
          "vocab_size": %d,
          "max_position_embeddings": %d,
          "type_vocab_size": 2,
          "pad_token_id": 0,
          "hidden_act": "gelu",
          "layer_norm_eps": 1e-05
        }
        """,
        shape.hidden(),
        shape.inner(),
        shape.layers(),
        shape.heads(),
        shape.vocabulary(),
        shape.context());
    write(
        folder.resolve("tokenizer_config.json"),
        """
        {"tokenizer_class": "BertTokenizer", "do_lower_case": true, "model_max_length": %d, \
        "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", \
        "mask_token": "[MASK]"}
        """,
        shape.context());
    Files.writeString(
        folder.resolve("tokenizer.json"), WordPieceVocabulary.tokenizer(shape.vocabulary()));
    write(
        folder.resolve("modules.json"),
        """
        [
          {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
          {"idx": 1, "name": "1", "path": "1_Pooling", \
        "type": "sentence_transformers.models.Pooling"},
          {"idx": 2, "name": "2", "path": "2_Normalize", \
        "type": "sentence_transformers.models.Normalize"}
        ]
        """);
    Path pooling = Files.createDirectories(folder.resolve("1_Pooling"));
    write(
        pooling.resolve("config.json"),
        """
        {"word_embedding_dimension": %d, "pooling_mode_cls_token": false, \
        "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": false, \
        "pooling_mode_mean_sqrt_len_tokens": false}
        """,
        shape.hidden());
  }

  private static void write(Path file, String template, Object... values) throws IOException {
    Files.writeString(file, String.format(Locale.ROOT, template, values));
  }
}
