"""Reference decoders in PyTorch. Each takes a model in `eval` mode and padded source ids [batch, length] and returns one
list of phoneme ids a row."""

import torch

from data import BOS, EOS, FIRST_PHONEME, MASK, PAD, UPSAMPLE
from models import CANVAS, ones


def until_end(rows):
    """Cuts lists of ids at `</s>` and keeps phonemes only."""
    out = []
    for row in rows.tolist():
        row = row[: row.index(EOS)] if EOS in row else row
        out.append([i for i in row if i >= FIRST_PHONEME])
    return out


def content(logits):
    """Makes the special symbols, which no canvas holds in the end, impossible in place."""
    logits[..., [PAD, BOS, EOS, MASK]] = -1e9
    return logits


def most_symbols(source):
    return min(source.shape[1] + 6, 40)


def transformer_greedy(model, source):
    return transformer_beam(model, source, 1)


def transformer_beam(model, source, beams=5):
    """Beam search with finished hypotheses ranked by sum of log P / (symbols + 1), as Hugging Face does it."""
    return until_end(transformer_beams(model, source, beams)[0][:, 0])


def transformer_beams(model, source, beams):
    """The finished hypotheses [rows, beams, symbols], filled up with `</s>`, and their scores [rows, beams], best first.

    A row without any finished one has its best live one in front; scores of about -1e9 mark what is not finished.
    """
    mask = ones(source)
    rows = source.shape[0]
    cross = [(k.repeat_interleave(beams, 0), v.repeat_interleave(beams, 0)) for k, v in model.cross(model.encoder(source, mask))]
    mask = mask.repeat_interleave(beams, 0)
    steps = most_symbols(source)
    live = torch.full((rows, beams, 1), PAD, device=source.device)
    score = torch.full((rows, beams), -1e9, device=source.device)
    score[:, 0] = 0
    done = torch.full((rows, beams, steps + 1), EOS, device=source.device)
    done_score = torch.full((rows, beams), -1e9, device=source.device)
    for step in range(steps):
        logits, _ = model.decode(live.reshape(rows * beams, -1), cross, mask)
        total = score[:, :, None] + torch.log_softmax(logits[:, -1], -1).reshape(rows, beams, -1)
        top, index = total.reshape(rows, -1).topk(2 * beams)
        parent, token = index // total.shape[2], index % total.shape[2]
        grown = torch.cat([live.gather(1, parent[:, :, None].expand(-1, -1, step + 1)), token[:, :, None]], dim=2)
        ended = token == EOS
        rank = torch.arange(2 * beams, device=source.device)
        finished = torch.where(ended & (rank < beams), top / (step + 1), -1e9)
        padded = torch.nn.functional.pad(grown[:, :, 1:], (0, steps - step), value=EOS)
        done_score, keep = torch.cat([done_score, finished], 1).topk(beams)
        done = torch.cat([done, padded], 1).gather(1, keep[:, :, None].expand(-1, -1, steps + 1))
        score, keep = torch.where(ended, -1e9, top).topk(beams)
        live = grown.gather(1, keep[:, :, None].expand(-1, -1, step + 2))
        # No live beam can overtake the best once even its present sum, spread over the most symbols, is lower.
        if step % 4 == 3 and bool((done_score[:, 0] >= score[:, 0] / (steps + 1)).all()):
            break
    unfinished = done_score[:, :1] <= -1e8
    done[:, 0] = torch.where(unfinished, torch.nn.functional.pad(live[:, 0, 1:], (0, steps + 2 - live.shape[2]), value=EOS), done[:, 0])
    return done, done_score


def gru_greedy(model, source):
    mask = ones(source)
    memory, state = model.encode(source, mask)
    projected = model.memory(memory)
    token = torch.full_like(source[:, 0], BOS)
    out = []
    for _ in range(most_symbols(source)):
        logits, state = model.step(token, state, memory, mask, projected)
        token = logits.argmax(-1)
        out.append(token)
    return until_end(torch.stack(out, 1))


def mask_predict(model, source, iterations=4, lengths=1):
    """CMLM mask-predict; one iteration is one-shot NAT. Of several lengths the best mean log P is kept."""
    return mask_predict_scored(model, source, iterations, lengths)[0]


def mask_predict_scored(model, source, iterations, lengths):
    """What `mask_predict` returns, and the mean log P of each row."""
    mask = ones(source)
    encoded, length_logits = model.encode(source, mask)
    length_logits[:, 0] = -1e9
    count = length_logits.topk(lengths).indices.reshape(-1, 1)
    encoded, mask = encoded.repeat_interleave(lengths, 0), mask.repeat_interleave(lengths, 0)
    places = torch.arange(int(count.max()), device=source.device)[None, :]
    present = places < count
    canvas = present.long() * MASK
    kept = torch.zeros(canvas.shape, device=source.device)
    for iteration in range(iterations):
        logits = model.decode(canvas, present.long(), encoded, mask)
        best, token = torch.log_softmax(content(logits), -1).max(-1)
        masked = canvas == MASK
        canvas = torch.where(masked, token, canvas)
        kept = torch.where(masked, best, kept)
        again = count * (iterations - 1 - iteration) // iterations
        order = torch.where(present, kept, 1e9).argsort(dim=1, stable=True).argsort(dim=1)
        if iteration < iterations - 1:
            canvas = torch.where(present & (order < again), MASK, canvas)
    mean = ((kept * present).sum(1) / count[:, 0]).reshape(-1, lengths)
    best = mean.argmax(1)
    rows = canvas.reshape(source.shape[0], lengths, -1)[torch.arange(source.shape[0], device=source.device), best]
    return until_end(rows), mean.max(1).values.tolist()


def levenshtein(model, source, iterations=9):
    """Delete, insert, fill until nothing changes."""
    mask = ones(source)
    encoded = model.encoder(source, mask)
    rows = [[BOS, EOS] for _ in range(source.shape[0])]
    limit = most_symbols(source) + 2

    def heads():
        width = max(map(len, rows))
        canvas = torch.tensor([row + [PAD] * (width - len(row)) for row in rows], device=source.device)
        return model.edits(canvas, ones(canvas), encoded, mask)

    for _ in range(iterations):
        before = [list(row) for row in rows]
        delete = heads()[1].argmax(-1).tolist()
        rows = [[t for j, t in enumerate(row) if j in (0, len(row) - 1) or not delete[i][j]] for i, row in enumerate(rows)]
        insert = heads()[2].argmax(-1).tolist()
        rows = [with_masks(row, insert[i], limit) for i, row in enumerate(rows)]
        fill = content(heads()[0]).argmax(-1).tolist()
        rows = [[fill[i][j] if t == MASK else t for j, t in enumerate(row)] for i, row in enumerate(rows)]
        if rows == before:
            break
    return [[t for t in row if t >= FIRST_PHONEME] for row in rows]


def with_masks(row, insert, limit):
    out, spare = [], limit - len(row)
    for place, token in enumerate(row):
        out.append(token)
        if place < len(row) - 1:
            count = max(min(insert[place], spare), 0)
            spare -= count
            out += [MASK] * count
    return out


def ctc_greedy(model, source):
    best = model(source, ones(source)).argmax(-1).tolist()
    return [[t for t, last in zip(row, [PAD] + row) if t != last and t >= FIRST_PHONEME] for row in best]


def dag_lookahead(model, source, beta=1.0):
    """Walks the likeliest link, weighing in the vertex's best symbol by beta (0: greedy)."""
    mask = ones(source)
    logits, links = model(source, mask)
    best, token = torch.log_softmax(logits, -1).max(-1)
    follow = (links + beta * best[:, None, :]).argmax(-1).tolist()
    token, ends = token.tolist(), (mask.sum(1) * UPSAMPLE - 1).tolist()
    out = []
    for row, end in enumerate(ends):
        vertex, symbols, last = 0, [], None
        while vertex != end:
            vertex = follow[row][vertex]
            if token[row][vertex] != last and token[row][vertex] >= FIRST_PHONEME:
                symbols.append(token[row][vertex])
            last = token[row][vertex]
        out.append(symbols)
    return out


def diffusion(model, source, per_step=1, threshold=None):
    """Low-confidence unmasking, the surest slots first; with a threshold also every slot surer than it."""
    rows = source.shape[0]
    mask = torch.cat([ones(source), torch.ones(rows, CANVAS, dtype=torch.long, device=source.device)], 1)
    length = ones(source).sum(1, keepdim=True)
    places = torch.arange(CANVAS, device=source.device)[None, :]
    position_ids = torch.cat([torch.arange(source.shape[1], device=source.device)[None, :].expand(rows, -1), length + places], 1)
    canvas = torch.full((rows, CANVAS), MASK, device=source.device)
    for _ in range(CANVAS):
        logits, _ = model(torch.cat([source, canvas], 1), mask, position_ids)
        logits = logits[:, source.shape[1] :]
        logits[:, :, [PAD, BOS, MASK]] = -1e9
        sure, token = torch.softmax(logits, -1).max(-1)
        masked = canvas == MASK
        sure = torch.where(masked, sure, -1.0)
        chosen = masked & (sure.argsort(dim=1, descending=True, stable=True).argsort(dim=1) < per_step)
        if threshold is not None:
            chosen = chosen | (masked & (sure > threshold))
        canvas = torch.where(chosen, token, canvas)
        if not bool((canvas == MASK).any()):
            break
    return until_end(canvas)


DECODERS = {
    "g2p-transformer": {"greedy": transformer_greedy, "beam 5": transformer_beam},
    "g2p-gru": {"greedy": gru_greedy},
    "g2p-nat": {"1 length": lambda m, s: mask_predict(m, s, 1, 1), "3 lengths": lambda m, s: mask_predict(m, s, 1, 3)},
    "g2p-cmlm": {
        "4 iterations": mask_predict,
        "10 iterations": lambda m, s: mask_predict(m, s, 10, 1),
        "4 iterations, 3 lengths": lambda m, s: mask_predict(m, s, 4, 3),
        "1 iteration": lambda m, s: mask_predict(m, s, 1, 1),
    },
    "g2p-levenshtein": {"9 iterations": levenshtein, "1 iteration": lambda m, s: levenshtein(m, s, 1)},
    "g2p-ctc": {"greedy": ctc_greedy},
    "g2p-ctc-fast": {"greedy": ctc_greedy},
    "g2p-ctc-wide": {"greedy": ctc_greedy},
    "g2p-dat": {"lookahead": dag_lookahead, "greedy": lambda m, s: dag_lookahead(m, s, 0.0)},
    "g2p-diffusion": {
        "one slot a step": diffusion,
        "threshold 0.9": lambda m, s: diffusion(m, s, 1, 0.9),
    },
}
