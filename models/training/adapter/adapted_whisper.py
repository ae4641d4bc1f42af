"""A Whisper model in torch, with what is added to its matrices.

It reads the arrays that ``models.training.adapter.base_weights`` writes and computes what CTranslate2 does
with them; what was published stays, and only what is added is learned.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional

RANK = 64
"""Of what is added to each matrix."""

HEADS = 8
"""Of attention, in every layer of ``base``."""

Arrays = dict[str, torch.Tensor]
"""By the names that CTranslate2 gives them."""


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

    def __init__(self, arrays: Arrays, name: str) -> None:
        super().__init__()
        self.register_buffer("gamma", arrays[f"{name}/gamma"])
        self.register_buffer("beta", arrays[f"{name}/beta"])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Of the last dimension."""
        return functional.layer_norm(x, x.shape[-1:], self.gamma.to(x.dtype), self.beta.to(x.dtype))


class Layer(nn.Module):
    """A layer: it attends to what came before, in a decoder to what is heard, too, and thinks it over.

    Args:
        arrays: Of the model.
        name: Of the layer, as CTranslate2 has it.
    """

    def __init__(self, arrays: Arrays, name: str) -> None:
        super().__init__()
        self.hears = f"{name}/attention/linear_0/weight" in arrays
        parts = {"own": "self_attention/linear_0", "own_out": "self_attention/linear_1"}
        if self.hears:
            parts |= {
                "query": "attention/linear_0",
                "key_value": "attention/linear_1",
                "cross_out": "attention/linear_2",
            }
            self.cross_norm = Norm(arrays, f"{name}/attention/layer_norm")
        parts |= {"wide": "ffn/linear_0", "narrow": "ffn/linear_1"}
        self.matrices = nn.ModuleDict(
            {
                key: Adapted(arrays[f"{name}/{part}/weight"], arrays[f"{name}/{part}/bias"])
                for key, part in parts.items()
            }
        )
        self.own_norm = Norm(arrays, f"{name}/self_attention/layer_norm")
        self.ffn_norm = Norm(arrays, f"{name}/ffn/layer_norm")
        self.names = {key: f"{name}/{part}/weight" for key, part in parts.items()}

    def forward(self, x: torch.Tensor, heard: torch.Tensor | None = None) -> torch.Tensor:
        """Of (batch, steps, width), in a decoder with what is heard, (batch, steps, width)."""
        do = self.matrices
        query, key, value = do["own"](self.own_norm(x)).chunk(3, dim=-1)
        x = x + do["own_out"](_attended(query, key, value, causal=self.hears))
        if self.hears:
            key, value = do["key_value"](heard).chunk(2, dim=-1)
            query = do["query"](self.cross_norm(x))
            x = x + do["cross_out"](_attended(query, key, value, causal=False))
        return x + do["narrow"](functional.gelu(do["wide"](self.ffn_norm(x))))

    def adapters(self) -> Iterator[tuple[str, Adapted]]:
        """The name of every matrix, as the model's file has it."""
        for key, matrix in self.matrices.items():
            yield self.names[key], matrix


def _attended(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *, causal: bool) -> torch.Tensor:
    heads = (t.unflatten(-1, (HEADS, -1)).transpose(1, 2) for t in (query, key, value))
    return functional.scaled_dot_product_attention(*heads, is_causal=causal).transpose(1, 2).flatten(2)


def _layers(arrays: Arrays, part: str) -> nn.ModuleList:
    names = {name.split("/")[1] for name in arrays if name.startswith(f"{part}/layer_")} - {"layer_norm"}
    return nn.ModuleList(Layer(arrays, f"{part}/{name}") for name in sorted(names))


class Whisper(nn.Module):
    """The whole model.

    Args:
        arrays: As ``models.training.adapter.base_weights`` writes them.
    """

    def __init__(self, arrays: Arrays) -> None:
        super().__init__()
        # Half the time of float32 for all that is not learned.
        for name in ("conv1", "conv2"):
            for part in ("weight", "bias"):
                self.register_buffer(f"{name}_{part}", arrays[f"encoder/{name}/{part}"].bfloat16())
        self.register_buffer("steps", arrays["encoder/position_encodings/encodings"].bfloat16())
        self.register_buffer("embedding", arrays["decoder/embeddings/weight"].bfloat16())
        self.register_buffer("positions", arrays["decoder/position_encodings/encodings"].bfloat16())
        self.encoder, self.decoder = _layers(arrays, "encoder"), _layers(arrays, "decoder")
        self.heard_norm = Norm(arrays, "encoder/layer_norm")
        self.norm = Norm(arrays, "decoder/layer_norm")

    def forward(self, tokens: torch.Tensor, heard: torch.Tensor) -> torch.Tensor:
        """What follows each token.

        Args:
            tokens: Shape (batch, tokens).
            heard: From ``heard``.

        Returns:
            Logits, shape (batch, tokens, vocabulary).
        """
        x = self.embedding[tokens] + self.positions[: tokens.shape[1]]
        for layer in self.decoder:
            x = layer(x, heard)
        return functional.linear(self.norm(x), self.embedding)

    def heard(self, spectrograms: torch.Tensor) -> torch.Tensor:
        """What the encoder gives, shape (batch, frames / 2, width), bfloat16.

        Args:
            spectrograms: Shape (batch, frames, mels), bfloat16.
        """
        x = spectrograms.transpose(1, 2)
        x = functional.gelu(functional.conv1d(x, self.conv1_weight, self.conv1_bias, padding=1))
        x = functional.gelu(functional.conv1d(x, self.conv2_weight, self.conv2_bias, stride=2, padding=1))
        x = x.transpose(1, 2) + self.steps[: x.shape[-1]]
        for layer in self.encoder:
            x = layer(x)
        return self.heard_norm(x)

    def adapters(self) -> Iterator[tuple[str, Adapted]]:
        """The name of every adapted matrix, as the model's file has it."""
        for layer in (*self.encoder, *self.decoder):
            yield from layer.adapters()
