"""BERT (Devlin et al. 2019) as Hugging Face lays it out: post-norm layers, learnt positions, GELU, and two heads.

Weights have the names of `BertForMaskedLM` and `BertForSequenceClassification`, so `transformers` can load them too.
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import nn

BLOCKED = -1e9
EPSILON = 1e-12


@dataclass(frozen=True)
class Shape:
    """Sizes, named as in config.json. labels: 0 for a masked language model."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    labels: int = 0
    hidden_dropout_prob: float = 0.1
    type_vocab_size: int = 2

    def as_dict(self):
        return asdict(self)


def norm(shape):
    return nn.LayerNorm(shape.hidden_size, eps=EPSILON)


class Embeddings(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.word_embeddings = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.position_embeddings = nn.Embedding(shape.max_position_embeddings, shape.hidden_size)
        self.token_type_embeddings = nn.Embedding(shape.type_vocab_size, shape.hidden_size)
        self.LayerNorm = norm(shape)
        self.dropout = nn.Dropout(shape.hidden_dropout_prob)

    def forward(self, ids, types):
        places = torch.arange(ids.shape[1], device=ids.device)[None, :]
        total = self.word_embeddings(ids) + self.token_type_embeddings(types) + self.position_embeddings(places)
        return self.dropout(self.LayerNorm(total))


class SelfAttention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads = shape.num_attention_heads
        self.query = nn.Linear(shape.hidden_size, shape.hidden_size)
        self.key = nn.Linear(shape.hidden_size, shape.hidden_size)
        self.value = nn.Linear(shape.hidden_size, shape.hidden_size)

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x, bias):
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.matmul(query, key.transpose(2, 3)) / math.sqrt(query.shape[-1])
        weights = torch.softmax(scores.float() + bias, dim=-1).to(value.dtype)
        return torch.matmul(weights, value).transpose(1, 2).reshape(x.shape)


class Residual(nn.Module):
    """dense, dropout, sum and norm: BertSelfOutput and BertOutput."""

    def __init__(self, shape, width):
        super().__init__()
        self.dense = nn.Linear(width, shape.hidden_size)
        self.LayerNorm = norm(shape)
        self.dropout = nn.Dropout(shape.hidden_dropout_prob)

    def forward(self, x, residual):
        return self.LayerNorm(self.dropout(self.dense(x)) + residual)


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.attention = nn.ModuleDict({"self": SelfAttention(shape), "output": Residual(shape, shape.hidden_size)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(shape.hidden_size, shape.intermediate_size)})
        self.output = Residual(shape, shape.intermediate_size)

    def forward(self, x, bias):
        x = self.attention["output"](self.attention["self"](x, bias), x)
        return self.output(nn.functional.gelu(self.intermediate["dense"](x)), x)


class Bert(nn.Module):
    def __init__(self, shape, pooler):
        super().__init__()
        self.embeddings = Embeddings(shape)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(shape.hidden_size, shape.hidden_size)}) if pooler else None

    def forward(self, ids, mask, types):
        """[batch, length, hidden]"""
        x, bias = self.embeddings(ids, types), (1.0 - mask.float())[:, None, None, :] * BLOCKED
        for layer in self.encoder["layer"]:
            x = layer(x, bias)
        return x


class Transform(nn.Module):
    """dense, GELU and norm before the output layer of the masked language model."""

    def __init__(self, shape):
        super().__init__()
        self.dense = nn.Linear(shape.hidden_size, shape.hidden_size)
        self.LayerNorm = norm(shape)

    def forward(self, x):
        return self.LayerNorm(nn.functional.gelu(self.dense(x)))


class Predictions(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.transform = Transform(shape)
        self.bias = nn.Parameter(torch.zeros(shape.vocab_size))


class BertForMaskedLM(nn.Module):
    """logits [batch, length, vocabulary]; the output layer shares the word embeddings."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.bert = Bert(shape, pooler=False)
        self.cls = nn.ModuleDict({"predictions": Predictions(shape)})
        self.apply(initialized)

    def forward(self, ids, mask, types):
        head = self.cls["predictions"]
        hidden = head.transform(self.bert(ids, mask, types))
        return nn.functional.linear(hidden, self.bert.embeddings.word_embeddings.weight, head.bias).float()


class BertForSequenceClassification(nn.Module):
    """logits [batch, labels] from the pooled first token."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.bert = Bert(shape, pooler=True)
        self.dropout = nn.Dropout(shape.hidden_dropout_prob)
        self.classifier = nn.Linear(shape.hidden_size, shape.labels)
        self.apply(initialized)

    def forward(self, ids, mask, types):
        first = self.bert(ids, mask, types)[:, 0]
        return self.classifier(self.dropout(torch.tanh(self.bert.pooler["dense"](first)))).float()


def initialized(module):
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


def build(shape):
    return BertForSequenceClassification(shape) if shape.labels else BertForMaskedLM(shape)
