package io.loquent.tokenizers.chat;

/**
 * What a name or member that does not exist stands for: it prints as nothing, is false and empty,
 * and everything else that is done with it is an error.
 *
 * @param problem what is missing, for the error
 */
record Undefined(String problem) {

  TemplateError error() {
    return new TemplateError(problem);
  }
}
