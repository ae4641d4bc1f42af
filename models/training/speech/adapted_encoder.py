"""The encoder of a Whisper model in torch, with what is added to its matrices (see ``adapted_decoder``)."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional

from models.training.speech.adapted_decoder import Adapted, Norm, attended

__all__ = ["Encoder"]

PARTS = {
    "own": "self_attention/linear_0",
    "own_out": "self_attention/linear_1",
    "wide": "ffn/linear_0",
    "narrow": "ffn/linear_1",
}
"""What an attribute is called in the model's file."""


class Layer(nn.Module):
    """A layer of the encoder, as CTranslate2 names its arrays."""

    def __init__(self, arrays: dict[str, torch.Tensor], name: str) -> None:
        super().__init__()
        for attribute, part in PARTS.items():
            matrix = Adapted(arrays[f"{name}/{part}/weight"], arrays[f"{name}/{part}/bias"])
            setattr(self, attribute, matrix)
        self.own_norm, self.ffn_norm = (
            Norm(arrays[f"{name}/{part}/layer_norm/gamma"], arrays[f"{name}/{part}/layer_norm/beta"])
            for part in ("self_attention", "ffn")
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, steps, width) to the same."""
        query, key, value = self.own(self.own_norm(x)).chunk(3, dim=-1)
        x = x + self.own_out(attended(query, key, value, causal=False))
        return x + self.narrow(functional.gelu(self.wide(self.ffn_norm(x))))


class Encoder(nn.Module):
    """The encoder of a Whisper model; what comes before its layers stays.

    Args:
        arrays: As ``models.training.speech.base_arrays`` writes them.
    """

    def __init__(self, arrays: dict[str, torch.Tensor]) -> None:
        super().__init__()
        for number in (1, 2):
            self.register_buffer(f"weight{number}", arrays[f"encoder/conv{number}/weight"].bfloat16())
            self.register_buffer(f"bias{number}", arrays[f"encoder/conv{number}/bias"].bfloat16())
        self.register_buffer("positions", arrays["encoder/position_encodings/encodings"].bfloat16())
        self.norm = Norm(arrays["encoder/layer_norm/gamma"], arrays["encoder/layer_norm/beta"])
        names = sorted(
            {name.split("/")[1] for name in arrays if name.startswith("encoder/layer_")} - {"layer_norm"}
        )
        self.names = tuple(f"encoder/{name}" for name in names)
        self.layers = nn.ModuleList(Layer(arrays, name) for name in self.names)

    def forward(self, mels: torch.Tensor) -> torch.Tensor:
        """(batch, mels, frames) to (batch, frames / 2, width)."""
        with torch.no_grad():
            x = functional.gelu(functional.conv1d(mels, self.weight1, self.bias1, padding=1))
            x = functional.gelu(functional.conv1d(x, self.weight2, self.bias2, stride=2, padding=1))
            x = x.transpose(1, 2) + self.positions[: x.shape[2]]
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)

    def adapters(self) -> Iterator[tuple[str, Adapted]]:
        """The name of every adapted matrix, as the model's file has it."""
        for name, layer in zip(self.names, self.layers, strict=True):
            for attribute, part in PARTS.items():
                yield f"{name}/{part}/weight", getattr(layer, attribute)
