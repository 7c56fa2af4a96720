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


class _CtcNegativeLogProbability(torch.autograd.Function):
    """-log P(target) of each row, with the gradient from the forward and the backward variables of Graves et al. 2006.

    The backward variables are forward variables of the mirrored problem, so one loop over the frames, on twice the rows,
    finds both, and autograd has no loop to retrace.
    """

    @staticmethod
    def forward(ctx, scores, target):
        batch, frames, _ = scores.shape
        labels = pad(torch.stack([torch.zeros_like(target), target], dim=2).reshape(batch, -1), (0, 1))
        end = 2 * lengths(target)[:, None]
        states = torch.arange(labels.shape[1], device=labels.device)[None, :]
        mirror = torch.where(states <= end, end - states, states)
        emit = torch.gather(scores, 2, labels[:, None, :].expand(-1, frames, -1))
        mirrored = mirror[:, None, :].expand(-1, frames, -1)
        emits = torch.cat([emit, torch.gather(emit.flip(1), 2, mirrored)])
        differs = torch.cat([labels, torch.gather(labels, 1, mirror)])
        differs = (differs != PAD) & (differs != pad(differs[:, :-2], (2, 0)))
        skip = (~differs).float() * BLOCKED
        alpha = emits[:, 0].masked_fill(states >= 2, BLOCKED)
        reached = [alpha]
        for frame in range(1, frames):
            wide = pad(alpha, (2, 0), value=BLOCKED)
            alpha = torch.logaddexp(torch.logaddexp(alpha, wide[:, 1:-1]), wide[:, :-2] + skip) + emits[:, frame]
            reached.append(alpha)
        before, after = torch.stack(reached, dim=1).chunk(2)
        after = torch.gather(after.flip(1), 2, mirrored)
        last = before[:, -1]
        short_of_blank = torch.gather(last, 1, (end - 1).clamp(min=0)).masked_fill(end == 0, BLOCKED)
        total = torch.logaddexp(torch.gather(last, 1, end), short_of_blank)
        share = torch.exp((before + after - emit - total[:, :, None]).clamp(max=0.0))
        share = share.masked_fill(((states > end) | (total < BLOCKED / 10))[:, None, :], 0.0)
        gradient = torch.zeros_like(scores).scatter_add_(2, labels[:, None, :].expand(-1, frames, -1), -share)
        ctx.save_for_backward(gradient)
        return -total[:, 0]

    @staticmethod
    def backward(ctx, upstream):
        return upstream[:, None, None] * ctx.saved_tensors[0], None


def ctc_loss(logits, target):
    """-log P(target) a phoneme, [batch] (Graves et al. 2006). logits [batch, frames, vocabulary]; blank is 0."""
    scores = torch.log_softmax(logits.float(), dim=-1)
    return each_symbol(-_CtcNegativeLogProbability.apply(scores, target), lengths(target))


def each_symbol(log_probability, count):
    """-log P a symbol, [batch]; rows no alignment can reach count nothing instead of swamping the mean."""
    reached = log_probability > BLOCKED / 10
    return (-log_probability / count.clamp(min=1)).masked_fill(~reached, 0.0)


def per_symbol(log_probability, count):
    return each_symbol(log_probability, count).mean()


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
