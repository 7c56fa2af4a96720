"""Training losses, one for each family: `loss(model, source, target, progress)`.

source [batch, width] ends with `</s>`, target [batch, width] holds phonemes only, both padded with 0; progress is a
scalar tensor from 0 to 1. Every loss has fixed shapes and stays on the device, so that a CUDA graph can record it.
"""

import torch

from data import BOS, EOS, MASK, PAD, UPSAMPLE
from lattices import best_path, ctc_loss, dag_loss, lengths
from models import CANVAS, ones

SMOOTHING = 0.1
SPARE_SLOTS = 4
FILLER_WEIGHT = 0.2


def cross_entropy(logits, labels, weight, smoothing=SMOOTHING):
    """Mean over the weighted slots, with label smoothing."""
    scores = torch.log_softmax(logits.float(), dim=-1)
    right = torch.gather(scores, -1, labels[..., None])[..., 0]
    loss = -(1.0 - smoothing) * right - smoothing * scores.mean(-1)
    weight = weight.float()
    return (loss * weight).sum() / weight.sum().clamp(min=1.0)


def places(ids):
    return torch.arange(ids.shape[1], device=ids.device)[None, :]


def autoregressive(start):
    def loss(model, source, target, progress):
        length = lengths(target)[:, None]
        output = target.masked_fill(places(target) == length, EOS)[:, :-1]
        previous = torch.cat([torch.full_like(output[:, :1], start), output[:, :-1]], dim=1)
        return cross_entropy(model(source, previous), output, places(output) <= length)

    return loss


def length_loss(logits, target):
    labels = lengths(target)
    return cross_entropy(logits, labels, torch.ones_like(labels))


def glancing_nat(model, source, target, progress):
    """One-shot NAT with glancing (Qian et al. 2021): the worse the guess, the more of the answer is shown."""
    mask, present = ones(source), target != PAD
    encoded, length_logits = model.encode(source, mask)
    blank = present.long() * MASK
    with torch.no_grad():
        guess = model.decode(blank, ones(target), encoded, mask).argmax(-1)
        wrong = ((guess != target) & present).sum(1, keepdim=True)
        rate = (0.5 - 0.4 * progress) * wrong / present.sum(1, keepdim=True).clamp(min=1)
    shown = (torch.rand_like(rate.expand(-1, target.shape[1])) < rate) & present
    logits = model.decode(torch.where(shown, target, blank), ones(target), encoded, mask)
    return cross_entropy(logits, target, present & ~shown) + 0.3 * length_loss(length_logits, target)


def masked_lm(model, source, target, progress):
    """CMLM (Ghazvininejad et al. 2019): a uniform number of the slots is masked, at least one."""
    mask, present = ones(source), target != PAD
    encoded, length_logits = model.encode(source, mask)
    draw = torch.rand(target.shape, device=target.device).masked_fill(~present, 2.0)
    rank = (draw[:, None, :] < draw[:, :, None]).sum(2)
    length = lengths(target)[:, None]
    count = 1 + (torch.rand(length.shape, device=target.device) * length).long()
    hidden = present & (rank < count)
    logits = model.decode(target.masked_fill(hidden, MASK), ones(target), encoded, mask)
    return cross_entropy(logits, target, hidden) + 0.3 * length_loss(length_logits, target)


def levenshtein(model, source, target, progress):
    """Levenshtein Transformer (Gu et al. 2019): fill and insert after random deletions, delete the model's own mistakes."""
    mask = ones(source)
    encoded = model.encoder(source, mask)
    length = lengths(target)[:, None] + 2
    full = framed(target)
    slots = places(full)
    inner = (slots > 0) & (slots < length - 1)
    # Half the rows lose every token: the state in which decoding begins.
    rate = torch.rand(length.shape, device=full.device) * 2.0
    dropped = inner & (torch.rand(full.shape, device=full.device) < rate)

    # Insertion: the canvas without the dropped tokens; a gap's label is how many were dropped in it.
    kept = (slots < length) & ~dropped
    place = (kept.long().cumsum(1) - 1).clamp(min=0)
    shorter = scattered(full.shape[1] + 1, place.masked_fill(~kept, full.shape[1]), full)[:, :-1]
    gaps = torch.zeros_like(full).scatter_add(1, place, dropped.long())[:, :-1]
    _, _, insert = model.edits(shorter, ones(shorter), encoded, mask)
    insert_loss = cross_entropy(insert, gaps, ones(shorter)[:, 1:], 0.01)

    # Fill: masks where tokens were dropped, and in a quarter of the rows some masks too many for the deletion head to find.
    rows_with_spare = (torch.rand(length.shape, device=full.device) < 0.25).float()
    spare = (slots < length - 1) & (torch.rand(full.shape, device=full.device) < 0.2 * rows_with_spare)
    spare = spare & (spare.long().cumsum(1) <= SPARE_SLOTS)
    before = spare.long().cumsum(1) - spare.long()
    width = full.shape[1] + SPARE_SLOTS
    target_place = (slots + before).masked_fill(slots >= length, width)
    truth = scattered(width + 1, target_place, full)[:, :-1]
    seen = scattered(width + 1, target_place, full.masked_fill(dropped, MASK))[:, :-1]
    total = length + spare.sum(1, keepdim=True)
    canvas = seen.masked_fill((seen == PAD) & (places(seen) < total), MASK)
    fill, _, _ = model.edits(canvas, ones(canvas), encoded, mask)
    masked = canvas == MASK
    fill_loss = cross_entropy(fill, truth, masked & (truth != PAD))

    # Deletion: the model's own fills, sampled in half the rows and greedy in the others.
    with torch.no_grad():
        noise = -torch.log(-torch.log(torch.rand_like(fill).clamp(1e-6, 1 - 1e-6)))
        sampled = (torch.rand(length.shape, device=full.device) < 0.5).float()[:, :, None]
        own = torch.where(masked, (fill + noise * sampled).argmax(-1), canvas)
    _, delete, _ = model.edits(own, ones(own), encoded, mask)
    deletable = (places(own) > 0) & (places(own) < total - 1)
    delete_loss = cross_entropy(delete, (own != truth).long(), deletable, 0.01)
    return fill_loss + delete_loss + insert_loss


def framed(target):
    """`<s>` target `</s>`, as wide as target (whose last two columns are empty)."""
    shifted = torch.cat([torch.full_like(target[:, :1], BOS), target[:, :-1]], dim=1)
    return shifted.masked_fill(places(target) == lengths(target)[:, None] + 1, EOS)


def scattered(width, index, values):
    return torch.zeros(index.shape[0], width, dtype=values.dtype, device=values.device).scatter(1, index, values)


def ctc(model, source, target, progress):
    early, final = model.both(source, ones(source))
    short = target[:, :-2]
    losses = ctc_loss(torch.cat([early, final]), torch.cat([short, short]))
    return 0.3 * losses[: len(short)].mean() + 0.7 * losses[len(short) :].mean()


def directed_acyclic(model, source, target, progress):
    """DAG loss with glancing: symbols the best path gets wrong are shown at its vertices, at a falling rate."""
    mask, sequence = ones(source), framed(target)
    last = lengths(source) * UPSAMPLE - 1
    present = target != PAD
    inner = torch.cat([torch.zeros_like(present[:, :1]), present[:, :-1]], dim=1)
    with torch.no_grad():
        logits, links = model(source, mask)
        path = best_path(logits, links, sequence, last)
        wrong = (torch.gather(logits.argmax(-1), 1, path) != sequence) & inner
        rate = (0.5 - 0.4 * progress) * wrong.sum(1, keepdim=True) / inner.sum(1, keepdim=True).clamp(min=1)
        shown = (torch.rand(sequence.shape, device=sequence.device) < rate) & inner
        vertices = logits.shape[1]
        glanced = torch.full((sequence.shape[0], vertices + 1), MASK, dtype=sequence.dtype, device=sequence.device)
        glanced = glanced.scatter(1, path.masked_fill(~shown, vertices), sequence)[:, :-1]
    logits, links = model(source, mask, glanced)
    return dag_loss(logits, links, sequence, last)


def masked_diffusion(model, source, target, progress):
    """Masks each canvas slot with probability t, as LLaDA (Nie et al. 2025), but every masked slot weighs alike whatever t.

    The weight 1 / t of the likelihood bound is noisy and cares most about nearly finished canvases, and whole words are
    lost in the first steps. The many `</s>` behind the first one are easy and weigh little.
    """
    rows = source.shape[0]
    canvas = torch.nn.functional.pad(target, (0, CANVAS - target.shape[1]))
    canvas = canvas.masked_fill(canvas == PAD, EOS)
    # Evenly spread t lowers the variance of the loss.
    t = (torch.rand(1, device=source.device) + torch.arange(rows, device=source.device) / rows) % 1.0
    # Decoding is soon sure of the tail, so in half the rows all of the tail is there from the start.
    tail = places(canvas) > lengths(target)[:, None]
    tail_shown = tail & (torch.rand(rows, device=canvas.device) < 0.5)[:, None]
    hidden = (torch.rand(canvas.shape, device=canvas.device) < t.clamp(min=0.05)[:, None]) & ~tail_shown
    seen = torch.cat([source, canvas.masked_fill(hidden, MASK)], dim=1)
    mask = torch.cat([ones(source), torch.ones_like(canvas)], dim=1)
    position_ids = torch.cat([places(source).expand(rows, -1), lengths(source)[:, None] + places(canvas)], dim=1)
    logits, _ = model(seen, mask, position_ids)
    weight = hidden.float() * (1.0 - (1.0 - FILLER_WEIGHT) * tail.float())
    return cross_entropy(logits[:, source.shape[1] :], canvas, weight, 0.05)


OBJECTIVES = {
    "g2p-transformer": autoregressive(PAD),
    "g2p-gru": autoregressive(BOS),
    "g2p-nat": glancing_nat,
    "g2p-cmlm": masked_lm,
    "g2p-levenshtein": levenshtein,
    "g2p-ctc": ctc,
    "g2p-ctc-fast": ctc,
    "g2p-ctc-wide": ctc,
    "g2p-dat": directed_acyclic,
    "g2p-diffusion": masked_diffusion,
}
