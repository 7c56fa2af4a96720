"""The eight networks. Every one takes the 103-symbol vocabulary of `data` and padded int64 ids."""

from functools import partial

import torch
from torch import nn

from data import BOS, EOS, MASK, PAD, UPSAMPLE, VOCABULARY
from layers import BLOCKED, Embedding, Layer, Stack, causal_bias, padding_bias

WIDTH, HEADS, INNER, DROPOUT = 160, 4, 512, 0.15
LENGTH_CLASSES = 40
INSERT_CLASSES = 32
CANVAS = 24


def ones(ids):
    return (ids != PAD).long()


class Encoder(nn.Module):
    def __init__(self, layers, embedding):
        super().__init__()
        self.embedding = embedding
        self.stack = Stack(layers, WIDTH, HEADS, INNER, DROPOUT)

    def forward(self, ids, mask):
        return self.stack(self.embedding(ids), padding_bias(mask))


class Transformer(nn.Module):
    """Autoregressive teacher: starts with `<pad>`, ends with `</s>`; one embedding for both sides and the output."""

    def __init__(self):
        super().__init__()
        self.embedding = Embedding(VOCABULARY, WIDTH, DROPOUT)
        self.encoder = Encoder(3, self.embedding)
        self.decoder = nn.ModuleList(Layer(WIDTH, HEADS, INNER, DROPOUT, True) for _ in range(3))
        self.norm = nn.LayerNorm(WIDTH)

    def cross(self, encoded):
        """One (key, value) pair for each decoder layer."""
        return [layer.cross_attention.keys_values(encoded) for layer in self.decoder]

    def decode(self, ids, cross, mask, past=None):
        """ids [batch, new] after `past` (one self (key, value) a layer, or None) -> logits, present."""
        seen = 0 if past is None else past[0][0].shape[2]
        x = self.embedding(ids, seen)
        bias, memory_bias = causal_bias(ids.shape[1], seen, ids.device), padding_bias(mask)
        present = []
        for index, layer in enumerate(self.decoder):
            x, kept = layer(x, bias, cross[index], memory_bias, None if past is None else past[index])
            present.append(kept)
        return self.embedding.logits(self.norm(x)), present

    def forward(self, source, previous):
        mask = ones(source)
        return self.decode(previous, self.cross(self.encoder(source, mask)), mask)[0]


class Gru(nn.Module):
    """Bidirectional GRU encoder, GRU decoder with additive attention (Bahdanau et al. 2015); starts with `<s>`."""

    EMBEDDING, ENCODER, DECODER, ATTENTION = 96, 160, 256, 128

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, self.EMBEDDING)
        nn.init.normal_(self.tokens.weight, std=0.1)
        self.dropout = nn.Dropout(0.2)
        widths = [self.EMBEDDING, 2 * self.ENCODER]
        self.ahead = nn.ModuleList(nn.GRU(w, self.ENCODER, batch_first=True) for w in widths)
        self.back = nn.ModuleList(nn.GRU(w, self.ENCODER, batch_first=True) for w in widths)
        self.bridge = nn.Linear(2 * self.ENCODER, self.DECODER)
        self.memory = nn.Linear(2 * self.ENCODER, self.ATTENTION)
        self.query = nn.Linear(self.DECODER, self.ATTENTION, bias=False)
        self.energy = nn.Linear(self.ATTENTION, 1, bias=False)
        self.cell = nn.GRUCell(self.EMBEDDING + 2 * self.ENCODER, self.DECODER)
        self.readout = nn.Linear(self.DECODER + 2 * self.ENCODER + self.EMBEDDING, self.DECODER)
        self.out = nn.Linear(self.DECODER, VOCABULARY)

    def encode(self, ids, mask):
        """memory [batch, length, 2 * ENCODER] and the decoder's first state [batch, DECODER]."""
        length = mask.sum(1, keepdim=True)
        places = torch.arange(ids.shape[1], device=ids.device)[None, :]
        # Reversing each row within its own length keeps padding behind the word for both directions.
        mirror = torch.where(places < length, length - 1 - places, places)
        x = self.dropout(self.tokens(ids))
        for ahead, back in zip(self.ahead, self.back):
            forward = ahead(x)[0]
            backward = turned(back(turned(x, mirror))[0], mirror)
            x = self.dropout(torch.cat([forward, backward], dim=-1))
        first_of_back = backward[:, :1]
        last_of_ahead = torch.gather(forward, 1, (length - 1)[:, :, None].expand(-1, -1, self.ENCODER))
        ends = torch.cat([last_of_ahead, first_of_back], dim=-1)[:, 0]
        return x, torch.tanh(self.bridge(ends))

    def step(self, token, state, memory, memory_mask, projected):
        """token [batch] -> logits [batch, vocabulary], next state. projected: `self.memory(memory)`, computed once."""
        energy = self.energy(torch.tanh(projected + self.query(state)[:, None, :]))[..., 0]
        weights = torch.softmax(energy.float() + (1.0 - memory_mask.float()) * BLOCKED, dim=-1).to(memory.dtype)
        context = torch.matmul(weights[:, None, :], memory)[:, 0]
        x = self.dropout(self.tokens(token)).to(context.dtype)
        state = self.cell(torch.cat([x, context], dim=-1), state.to(context.dtype)).to(context.dtype)
        read = torch.tanh(self.readout(self.dropout(torch.cat([state, context, x], dim=-1))))
        return self.out(read).float(), state

    def forward(self, source, previous):
        mask = ones(source)
        memory, state = self.encode(source, mask)
        projected, scores = self.memory(memory), []
        for place in range(previous.shape[1]):
            logits, state = self.step(previous[:, place], state, memory, mask, projected)
            scores.append(logits)
        return torch.stack(scores, dim=1)


def turned(x, order):
    return torch.gather(x, 1, order[:, :, None].expand(-1, -1, x.shape[2]))


class ConditionalMaskedLM(nn.Module):
    """Bidirectional decoder over a canvas of phonemes and `<mask>`, with a head that guesses the length (NAT, CMLM)."""

    def __init__(self, length_head=True):
        super().__init__()
        self.embedding = Embedding(VOCABULARY, WIDTH, DROPOUT)
        self.encoder = Encoder(3, self.embedding)
        self.decoder = Stack(3, WIDTH, HEADS, INNER, DROPOUT, cross=True)
        if length_head:
            self.length = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, LENGTH_CLASSES))

    def encode(self, ids, mask):
        """encoded [batch, length, WIDTH] and length logits [batch, LENGTH_CLASSES]; class = number of phonemes."""
        encoded = self.encoder(ids, mask)
        weight = mask.to(encoded.dtype)[:, :, None]
        return encoded, self.length((encoded * weight).sum(1) / weight.sum(1)).float()

    def hidden(self, canvas, canvas_mask, encoded, mask):
        return self.decoder(self.embedding(canvas), padding_bias(canvas_mask), encoded, padding_bias(mask))

    def decode(self, canvas, canvas_mask, encoded, mask):
        return self.embedding.logits(self.hidden(canvas, canvas_mask, encoded, mask))


class Levenshtein(ConditionalMaskedLM):
    """Fill, delete and insert heads on one bidirectional decoder; the canvas keeps `<s>` and `</s>`."""

    def __init__(self):
        super().__init__(length_head=False)
        self.delete = nn.Linear(WIDTH, 2)
        self.insert = nn.Linear(2 * WIDTH, INSERT_CLASSES)

    def edits(self, canvas, canvas_mask, encoded, mask):
        """logits [batch, T, vocabulary], delete [batch, T, 2], insert [batch, T - 1, INSERT_CLASSES]."""
        hidden = self.hidden(canvas, canvas_mask, encoded, mask)
        pairs = torch.cat([hidden[:, :-1], hidden[:, 1:]], dim=-1)
        return self.embedding.logits(hidden), self.delete(hidden).float(), self.insert(pairs).float()


class Upsampler(nn.Module):
    """Encoder whose outputs are each repeated UPSAMPLE times and told apart by a learnt offset."""

    def __init__(self, layers):
        super().__init__()
        self.embedding = Embedding(VOCABULARY, WIDTH, DROPOUT)
        self.encoder = Encoder(layers, self.embedding)
        self.offset = nn.Parameter(torch.randn(UPSAMPLE, WIDTH) * 0.1)

    def forward(self, ids, mask):
        """[batch, UPSAMPLE * length, WIDTH] and the mask of the new positions."""
        encoded = self.encoder(ids, mask)
        batch, length = ids.shape
        wide = (encoded[:, :, None, :] + self.offset).reshape(batch, length * UPSAMPLE, WIDTH)
        wide = wide + self.embedding.positions[: length * UPSAMPLE]
        return wide, mask[:, :, None].expand(-1, -1, UPSAMPLE).reshape(batch, length * UPSAMPLE)


class Ctc(nn.Module):
    """One-shot CTC; the lower half's own guess is fed back into the upper half (self-conditioned CTC, Nozaki 2021)."""

    def __init__(self):
        super().__init__()
        self.source = Upsampler(3)
        self.lower = Stack(2, WIDTH, HEADS, INNER, DROPOUT)
        self.upper = Stack(2, WIDTH, HEADS, INNER, DROPOUT)
        self.out = nn.Linear(WIDTH, VOCABULARY)
        self.feedback = nn.Linear(VOCABULARY, WIDTH)

    def both(self, ids, mask):
        """The lower half's logits and the final ones, each [batch, UPSAMPLE * length, vocabulary]."""
        x, wide_mask = self.source(ids, mask)
        bias = padding_bias(wide_mask)
        lower = self.lower(x, bias)
        early = self.out(lower).float()
        final = self.out(self.upper(lower + self.feedback(torch.softmax(early, dim=-1)), bias)).float()
        return says_blank(early, wide_mask), says_blank(final, wide_mask)

    def forward(self, ids, mask):
        return self.both(ids, mask)[1]


class LetterCtc(nn.Module):
    """One-shot CTC made for speed: every layer runs over letters, and each letter's vector says FRAMES frames at once.

    A guess from the middle layer takes part in the loss (intermediate CTC, Lee and Watanabe 2021) and in nothing else.
    """

    FRAMES = 2
    DROPOUT = 0.1

    def __init__(self, layers, width, heads, inner):
        super().__init__()
        self.embedding = Embedding(VOCABULARY, width, self.DROPOUT)
        self.stack = Stack(layers, width, heads, inner, self.DROPOUT)
        self.out = nn.Linear(width, self.FRAMES * VOCABULARY)
        self.early = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, self.FRAMES * VOCABULARY))

    def both(self, ids, mask):
        """The middle layer's logits and the final ones, each [batch, FRAMES * length, vocabulary]."""
        x, bias, early = self.embedding(ids), padding_bias(mask), None
        for index, layer in enumerate(self.stack.layers, 1):
            x, _ = layer(x, bias)
            if 2 * index == len(self.stack.layers):
                early = self.early(x)
        return self.frames(early, mask), self.frames(self.out(self.stack.norm(x)), mask)

    def frames(self, logits, mask):
        batch, length = mask.shape
        wide_mask = mask[:, :, None].expand(-1, -1, self.FRAMES).reshape(batch, -1)
        return says_blank(logits.float().reshape(batch, length * self.FRAMES, VOCABULARY), wide_mask)

    def forward(self, ids, mask):
        return self.both(ids, mask)[1]


def says_blank(logits, mask):
    """Makes frames of padding certain of the blank (id 0)."""
    padding = (mask == 0)[:, :, None]
    symbols = torch.arange(VOCABULARY, device=mask.device)
    return logits.masked_fill(padding, -30.0).masked_fill(padding & (symbols == PAD), 30.0)


class DaTransformer(nn.Module):
    """Directed acyclic Transformer (Huang et al. 2022): a token and outgoing links for each of UPSAMPLE * length vertices."""

    def __init__(self):
        super().__init__()
        self.source = Upsampler(3)
        self.vertices = Stack(4, WIDTH, HEADS, INNER, DROPOUT)
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.gate = nn.Linear(WIDTH, HEADS)

    def forward(self, ids, mask, glanced=None):
        """logits [batch, L, vocabulary], links [batch, L, L]. glanced: ids [batch, L] shown to the vertices (`<mask>` = none)."""
        x, wide_mask = self.source(ids, mask)
        shown = torch.full_like(wide_mask, MASK) if glanced is None else glanced
        x = self.vertices(x + self.source.embedding.tokens(shown), padding_bias(wide_mask))
        logits = self.source.embedding.logits(x)
        return self.ends_fixed(logits, wide_mask), self.links(x, wide_mask)

    @staticmethod
    def ends_fixed(logits, wide_mask):
        """The first vertex says `<s>` and the last own one `</s>`, whatever the network thinks."""
        length = wide_mask.sum(1, keepdim=True)
        places = torch.arange(wide_mask.shape[1], device=wide_mask.device)[None, :]
        symbols = torch.arange(VOCABULARY, device=wide_mask.device)
        first, last = (places == 0)[:, :, None], (places == length - 1)[:, :, None]
        right = (first & (symbols == BOS)) | (last & (symbols == EOS))
        return logits.masked_fill(first | last, -30.0).masked_fill(right, 30.0)

    def links(self, x, wide_mask):
        batch, vertices, _ = x.shape
        query = self.query(x).reshape(batch, vertices, HEADS, -1).transpose(1, 2)
        key = self.key(x).reshape(batch, vertices, HEADS, -1).transpose(1, 2)
        scores = torch.matmul(query, key.transpose(2, 3)).float() * (query.shape[-1] ** -0.5)
        places = torch.arange(vertices, device=x.device)
        later = (places[None, :] > places[:, None])[None] & (wide_mask[:, None, :] > 0)
        heads = torch.log_softmax(scores.masked_fill(~later[:, None], BLOCKED), dim=-1)
        gates = torch.log_softmax(self.gate(x).float(), dim=-1).transpose(1, 2)[..., None]
        return torch.logsumexp(heads + gates, dim=1).masked_fill(~later, BLOCKED)


class MaskedDiffusion(nn.Module):
    """LLaDA-style masked diffusion: one Transformer, full attention, over spelling, `</s>` and a canvas of 24 slots."""

    LAYERS = 6

    def __init__(self):
        super().__init__()
        self.embedding = Embedding(VOCABULARY, WIDTH, DROPOUT)
        self.layers = nn.ModuleList(Layer(WIDTH, HEADS, INNER, DROPOUT, False) for _ in range(self.LAYERS))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, ids, attention_mask, position_ids, past=None):
        """attention_mask [batch, past + T]; every new token sees all kept and new keys. -> logits, present."""
        x = self.embedding.at(ids, position_ids)
        bias, present = padding_bias(attention_mask), []
        for index, layer in enumerate(self.layers):
            x, kept = layer(x, bias, past=None if past is None else past[index], position_ids=position_ids)
            present.append(kept)
        return self.embedding.logits(self.norm(x)), present


FAMILIES = {
    "g2p-transformer": Transformer,
    "g2p-gru": Gru,
    "g2p-nat": ConditionalMaskedLM,
    "g2p-cmlm": ConditionalMaskedLM,
    "g2p-levenshtein": Levenshtein,
    "g2p-ctc": Ctc,
    "g2p-ctc-fast": partial(LetterCtc, 6, 192, 4, 512),
    "g2p-ctc-wide": partial(LetterCtc, 4, 256, 4, 1024),
    "g2p-dat": DaTransformer,
    "g2p-diffusion": MaskedDiffusion,
}
