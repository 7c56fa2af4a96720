package io.loquent;

/** How a path is found through the graph of a directed acyclic Transformer (Huang et al. 2022). */
public enum DagStrategy {
  /** The most probable link at each vertex. */
  GREEDY,
  /** At each vertex the link with the highest product of link and token probability. */
  LOOKAHEAD,
  /** The most probable path of each length, and the best of these (Shao et al. 2022). */
  VITERBI,
  /** The most probable path and tokens together (Shao et al. 2022). */
  JOINT_VITERBI,
  /** Links drawn at random. */
  SAMPLE,
  /** A beam over token sequences, whose paths are added up; takes a language model. */
  BEAM
}
