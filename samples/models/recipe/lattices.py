"""Sums over alignments by dynamic programming, with fixed shapes and without leaving the device.

`torch.nn.functional.ctc_loss` reads lengths on the host, which a CUDA graph cannot record; hence an own one. For the same
reason scalars go through `masked_fill`: `torch.where` would copy them to the device.
"""

import torch
from torch.nn.functional import pad

from data import PAD
from layers import BLOCKED


def lengths(target):
    return (target != PAD).sum(1)


def ctc_loss(logits, target):
    """Mean of -log P(target) a phoneme (Graves et al. 2006). logits [batch, frames, vocabulary]; blank is 0."""
    batch, width = target.shape
    labels = torch.stack([torch.zeros_like(target), target], dim=2).reshape(batch, 2 * width)
    labels = pad(labels, (0, 1))
    scores = torch.log_softmax(logits.float(), dim=-1)
    emit = torch.gather(scores, 2, labels[:, None, :].expand(-1, scores.shape[1], -1))
    differs = (labels != PAD) & (labels != pad(labels[:, :-2], (2, 0)))
    skip = (~differs).float() * BLOCKED
    start = torch.arange(labels.shape[1], device=labels.device) < 2
    alpha = emit[:, 0].masked_fill(~start, BLOCKED)
    for frame in range(1, emit.shape[1]):
        one = pad(alpha[:, :-1], (1, 0), value=BLOCKED)
        two = pad(alpha[:, :-2], (2, 0), value=BLOCKED) + skip
        alpha = torch.logsumexp(torch.stack([alpha, one, two]), dim=0) + emit[:, frame]
    end = 2 * lengths(target)[:, None]
    total = torch.logaddexp(torch.gather(alpha, 1, end), torch.gather(alpha, 1, end - 1))
    return per_symbol(total[:, 0], end[:, 0] // 2)


def per_symbol(log_probability, count):
    """Rows no alignment can reach count nothing instead of swamping the mean."""
    reached = log_probability > BLOCKED / 10
    return (-log_probability / count.clamp(min=1)).masked_fill(~reached, 0.0).mean()


def _emissions(logits, sequence):
    """log P(vertex says symbol t): [batch, vertices, sequence length]."""
    scores = torch.log_softmax(logits.float(), dim=-1)
    return torch.gather(scores, 2, sequence[:, None, :].expand(-1, scores.shape[1], -1))


def _start(emit):
    first = torch.arange(emit.shape[1], device=emit.device) == 0
    return emit[:, :, 0].masked_fill(~first, BLOCKED)


def dag_loss(logits, links, sequence, last_vertex):
    """Mean of -log P(sequence) a symbol over all paths of a directed acyclic Transformer (Huang et al. 2022).

    sequence [batch, T] begins with `<s>` and ends with `</s>`; last_vertex [batch] is where a path must end.
    """
    emit, length = _emissions(logits, sequence), lengths(sequence)
    reach = _start(emit)
    for step in range(1, sequence.shape[1]):
        further = torch.logsumexp(reach[:, :, None] + links, dim=1) + emit[:, :, step]
        reach = torch.where((step < length)[:, None], further, reach)
    return per_symbol(torch.gather(reach, 1, last_vertex[:, None])[:, 0], length)


@torch.no_grad()
def best_path(logits, links, sequence, last_vertex):
    """The likeliest vertex of every symbol, [batch, T] (0 behind the end of a row)."""
    emit, length = _emissions(logits, sequence), lengths(sequence)
    reach, came = _start(emit), []
    for step in range(1, sequence.shape[1]):
        best, origin = (reach[:, :, None] + links).max(dim=1)
        reach = torch.where((step < length)[:, None], best + emit[:, :, step], reach)
        came.append(origin)
    vertex, path = last_vertex, [torch.zeros_like(last_vertex)] * sequence.shape[1]
    for step in range(sequence.shape[1] - 1, 0, -1):
        inside = step < length
        path[step] = vertex.masked_fill(~inside, 0)
        vertex = torch.where(inside, torch.gather(came[step - 1], 1, vertex[:, None])[:, 0], vertex)
    return torch.stack(path, dim=1)
