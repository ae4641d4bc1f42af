"""The decoder of a Whisper model in torch, with what is added to its matrices.

It reads the arrays that ``models.training.speech.base_decoder`` writes and computes what CTranslate2 does
with them; what was published stays, and only what is added is learned.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional

__all__ = ["Adapted", "Decoder"]

RANK = 64
"""Of what is added to each matrix."""

HEADS = 8
"""Of attention, in every layer of ``base``."""


class Adapted(nn.Module):
    """A matrix that stays, and what is added to it."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        out, width = weight.shape
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.down = nn.Parameter(torch.randn(RANK, width) / width**0.5)
        self.up = nn.Parameter(torch.zeros(out, RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Of (…, width) the (…, out).

        What is read has up to 1500 steps: one product with the sum is cheaper than two.
        """
        return functional.linear(x, (self.weight + self.up @ self.down).to(x.dtype), self.bias.to(x.dtype))


class Norm(nn.Module):
    """A layer norm that stays."""

    def __init__(self, gamma: torch.Tensor, beta: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("gamma", gamma)
        self.register_buffer("beta", beta)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Of the last dimension."""
        return functional.layer_norm(x, x.shape[-1:], self.gamma.to(x.dtype), self.beta.to(x.dtype))


class Layer(nn.Module):
    """A layer of the decoder, as CTranslate2 names its arrays."""

    def __init__(self, arrays: dict[str, torch.Tensor], name: str) -> None:
        super().__init__()

        def matrix(part: str) -> Adapted:
            return Adapted(arrays[f"{name}/{part}/weight"], arrays[f"{name}/{part}/bias"])

        def norm(part: str) -> Norm:
            return Norm(arrays[f"{name}/{part}/layer_norm/gamma"], arrays[f"{name}/{part}/layer_norm/beta"])

        self.own_norm, self.cross_norm, self.ffn_norm = map(norm, ("self_attention", "attention", "ffn"))
        self.own, self.own_out = matrix("self_attention/linear_0"), matrix("self_attention/linear_1")
        self.query, self.key_value = matrix("attention/linear_0"), matrix("attention/linear_1")
        self.cross_out = matrix("attention/linear_2")
        self.wide, self.narrow = matrix("ffn/linear_0"), matrix("ffn/linear_1")

    def forward(self, x: torch.Tensor, encoded: torch.Tensor) -> torch.Tensor:
        """(batch, tokens, width) with what is heard, (batch, steps, width)."""
        query, key, value = self.own(self.own_norm(x)).chunk(3, dim=-1)
        x = x + self.own_out(_attended(query, key, value, causal=True))
        key, value = self.key_value(encoded).chunk(2, dim=-1)
        x = x + self.cross_out(_attended(self.query(self.cross_norm(x)), key, value, causal=False))
        return x + self.narrow(functional.gelu(self.wide(self.ffn_norm(x))))


def _attended(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *, causal: bool) -> torch.Tensor:
    heads = (t.unflatten(-1, (HEADS, -1)).transpose(1, 2) for t in (query, key, value))
    return functional.scaled_dot_product_attention(*heads, is_causal=causal).transpose(1, 2).flatten(2)


class Decoder(nn.Module):
    """The decoder of a Whisper model.

    Args:
        arrays: As ``models.training.speech.base_decoder`` writes them.
    """

    def __init__(self, arrays: dict[str, torch.Tensor]) -> None:
        super().__init__()
        # Half the time of float32 for all that is not learned.
        self.register_buffer("embedding", arrays["decoder/embeddings/weight"].bfloat16())
        self.register_buffer("positions", arrays["decoder/position_encodings/encodings"].bfloat16())
        self.norm = Norm(arrays["decoder/layer_norm/gamma"], arrays["decoder/layer_norm/beta"])
        names = sorted(
            {name.split("/")[1] for name in arrays if name.startswith("decoder/layer_")} - {"layer_norm"}
        )
        self.names = tuple(f"decoder/{name}" for name in names)
        self.layers = nn.ModuleList(Layer(arrays, name) for name in self.names)

    def forward(self, tokens: torch.Tensor, encoded: torch.Tensor) -> torch.Tensor:
        """Logits (batch, tokens, vocabulary) of what follows each token."""
        x = self.embedding[tokens] + self.positions[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, encoded)
        return functional.linear(self.norm(x), self.embedding)

    def adapters(self) -> Iterator[tuple[str, Adapted]]:
        """The name of every adapted matrix, as the model's file has it."""
        parts = {
            "own": "self_attention/linear_0",
            "own_out": "self_attention/linear_1",
            "query": "attention/linear_0",
            "key_value": "attention/linear_1",
            "cross_out": "attention/linear_2",
            "wide": "ffn/linear_0",
            "narrow": "ffn/linear_1",
        }
        for name, layer in zip(self.names, self.layers, strict=True):
            for attribute, part in parts.items():
                yield f"{name}/{part}/weight", getattr(layer, attribute)
