"""Greedy search and beam search for one word, with scores, after the rules of Hugging Face transformers 5."""

import torch

from data import BOS, EOS, PAD
from models import ones

LONGEST = 47


class TransformerScores:
    """log P of the next symbol after each of several prefixes."""

    start = PAD

    def __init__(self, model, source):
        self.model, self.mask = model, ones(source)
        self.cross = model.cross(model.encoder(source, self.mask))

    def __call__(self, prefixes, parents):
        rows = len(prefixes)
        cross = [(key.repeat_interleave(rows, 0), value.repeat_interleave(rows, 0)) for key, value in self.cross]
        logits, _ = self.model.decode(torch.tensor(prefixes), cross, self.mask.repeat_interleave(rows, 0))
        return torch.log_softmax(logits[:, -1], -1)


class GruScores:
    """log P of the next symbol after each of several prefixes, whose states follow their parents."""

    start = BOS

    def __init__(self, model, source):
        self.model, self.mask = model, ones(source)
        self.memory, self.state = model.encode(source, self.mask)
        self.projected = model.memory(self.memory)

    def __call__(self, prefixes, parents):
        rows = len(prefixes)
        memory, mask, projected = (t.repeat_interleave(rows, 0) for t in (self.memory, self.mask, self.projected))
        last = torch.tensor([prefix[-1] for prefix in prefixes])
        logits, self.state = self.model.step(last, self.state[parents], memory, mask, projected)
        return torch.log_softmax(logits, -1)


def greedy_search(scores):
    """(symbols without `</s>`, sum of log P with it)."""
    prefix, total = [scores.start], 0.0
    for _ in range(LONGEST):
        best, token = scores([prefix], [0])[0].max(-1)
        total += float(best)
        if token == EOS:
            break
        prefix.append(int(token))
    return prefix[1:], total


def beam_search(scores, beams):
    """The `beams` best as (symbols without `</s>`, sum of log P with it, that sum / number of symbols with it)."""
    live, finished = [(0.0, [scores.start], 0)], []
    for length in range(1, LONGEST + 1):
        log_p = scores([prefix for _, prefix, _ in live], [parent for _, _, parent in live]).double()
        total = log_p + torch.tensor([sum_ for sum_, _, _ in live], dtype=torch.double)[:, None]
        top, index = total.flatten().topk(2 * beams)
        following = []
        for rank, (sum_, place) in enumerate(zip(top.tolist(), index.tolist())):
            parent, token = divmod(place, total.shape[1])
            prefix = live[parent][1]
            if token == EOS or length == LONGEST:
                # A candidate outside the first `beams` may not finish, only make room.
                if rank < beams:
                    symbols = prefix[1:] if token == EOS else [*prefix[1:], token]
                    finished.append((symbols, sum_, sum_ / length))
            elif len(following) < beams:
                following.append((sum_, [*prefix, token], parent))
        finished = sorted(finished, key=lambda one: -one[2])[:beams]
        live = following
        if not live or (len(finished) == beams and live[0][0] / length <= finished[-1][2]):
            break
    return finished
