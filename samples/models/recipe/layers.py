"""Building blocks shared by the models: attention with caches, pre-norm Transformer layers, positions."""

import math

import torch
from torch import nn

BLOCKED = -1e9


def padding_bias(mask):
    """[batch, keys] of 1 and 0 -> [batch, 1, 1, keys], to be added to attention scores."""
    return (1.0 - mask.float())[:, None, None, :] * BLOCKED


def causal_bias(new, past, device):
    """[1, 1, new, past + new]: position p sees every position up to itself."""
    keys = torch.arange(past + new, device=device)
    queries = keys[past:]
    return (keys[None, :] > queries[:, None]).float()[None, None] * BLOCKED


def sinusoids(length, width):
    """[length, width] table of sines (first half) and cosines (second half)."""
    position = torch.arange(length).float()[:, None]
    rate = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
    return torch.cat([torch.sin(position * rate), torch.cos(position * rate)], dim=1)


def rotate(x, position_ids):
    """Rotary position embedding of x [batch, heads, length, headSize] at position_ids [batch, length]."""
    half = x.shape[-1] // 2
    rate = torch.exp(torch.arange(half, device=x.device).float() * (-math.log(10000.0) / half))
    angle = position_ids.float()[:, None, :, None] * rate
    sine, cosine = torch.sin(angle).to(x.dtype), torch.cos(angle).to(x.dtype)
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)


class Attention(nn.Module):
    """Multi-head attention whose keys and values [batch, heads, length, headSize] can be kept by the caller."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def keys_values(self, memory):
        key, value = self.key_value(memory).chunk(2, dim=-1)
        return self.split(key), self.split(value)

    def forward(self, x, key, value, bias, position_ids=None):
        query = self.split(self.query(x))
        if position_ids is not None:
            query = rotate(query, position_ids)
        scores = torch.matmul(query, key.transpose(2, 3)) / math.sqrt(query.shape[-1])
        weights = torch.softmax(scores.float() + bias, dim=-1).to(value.dtype)
        mixed = torch.matmul(weights, value).transpose(1, 2)
        return self.out(mixed.reshape(x.shape[0], x.shape[1], -1))


class Layer(nn.Module):
    """Pre-norm Transformer layer: self attention, cross attention where `cross`, feed-forward."""

    def __init__(self, width, heads, inner, dropout, cross):
        super().__init__()
        self.self_norm = nn.LayerNorm(width)
        self.self_attention = Attention(width, heads)
        self.cross_norm = nn.LayerNorm(width) if cross else None
        self.cross_attention = Attention(width, heads) if cross else None
        self.inner_norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, bias, memory=None, memory_bias=None, past=None, position_ids=None):
        """Returns the new x and the (key, value) of self attention, past included. memory: cross (key, value)."""
        normed = self.self_norm(x)
        key, value = self.self_attention.keys_values(normed)
        if position_ids is not None:
            key = rotate(key, position_ids)
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        x = x + self.dropout(self.self_attention(normed, key, value, bias, position_ids))
        if self.cross_attention is not None:
            x = x + self.dropout(self.cross_attention(self.cross_norm(x), *memory, memory_bias))
        inner = self.dropout(torch.relu(self.widen(self.inner_norm(x))))
        return x + self.dropout(self.narrow(inner)), (key, value)


class Stack(nn.Module):
    """Layers with a final norm and no cache."""

    def __init__(self, layers, width, heads, inner, dropout, cross=False):
        super().__init__()
        self.layers = nn.ModuleList(Layer(width, heads, inner, dropout, cross) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x, bias, memory=None, memory_bias=None):
        for layer in self.layers:
            attended = None if memory is None else layer.cross_attention.keys_values(memory)
            x, _ = layer(x, bias, attended, memory_bias)
        return self.norm(x)


class Embedding(nn.Module):
    """Scaled token embedding plus sinusoidal positions; its table is also the output layer (`logits`)."""

    def __init__(self, vocabulary, width, dropout, longest=256):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.tokens.weight, std=width**-0.5)
        self.register_buffer("positions", sinusoids(longest, width), persistent=False)
        self.dropout = nn.Dropout(dropout)
        self.scale = math.sqrt(width)
        self.output_bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, ids, first=0):
        places = torch.arange(first, first + ids.shape[1], device=ids.device)
        return self.at(ids, places[None, :])

    def at(self, ids, position_ids):
        return self.dropout(self.tokens(ids) * self.scale + nn.functional.embedding(position_ids, self.positions))

    def logits(self, x):
        return nn.functional.linear(x, self.tokens.weight, self.output_bias).float()
