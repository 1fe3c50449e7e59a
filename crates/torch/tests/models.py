"""Writes small TorchScript models to test with.

usage: models.py FOLDER MODEL...
"""

import os
import sys

import torch
from torch import nn


class Tiny(nn.Module):
    """Two convolutions and their sum."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.second = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x):
        y = torch.relu(self.first(x))
        return (y + self.second(y)).mean([2, 3])


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, x):
        return torch.relu(self.conv(x))


class Deep(nn.Module):
    """Modules within modules."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(3, 8), Block(8, 8))

    def forward(self, x):
        return self.blocks(x).mean([2, 3])


class Forked(Tiny):
    """One convolution on another thread, and what follows it on either."""

    def forward(self, x):
        y = torch.relu(self.first(x))
        future = torch.jit.fork(self.second, y)
        z = torch.sigmoid(self.second(y + 1))
        return (z + torch.jit.wait(future)).mean([2, 3])


class Branching(Tiny):
    """Takes one of two ways, by what is in its input."""

    def forward(self, x):
        y = torch.relu(self.first(x))
        if bool(x.sum() > 0):
            y = torch.cat([y, y, y], 1).mean(1, keepdim=True)
            y = torch.sigmoid(y) * torch.tanh(y)
        return (y + self.second(torch.relu(self.first(x)))).mean([2, 3])


class Attention(nn.Module):
    """An encoder's layer over a sequence of any length."""

    def __init__(self):
        super().__init__()
        self.queries = nn.Linear(32, 96)
        self.out = nn.Linear(32, 32)
        self.norm = nn.LayerNorm(32)

    def forward(self, x):
        q, k, v = self.queries(x).chunk(3, 2)
        weights = torch.softmax(q.bmm(k.transpose(1, 2)) / 5.6, 2)
        x = self.norm(x + self.out(weights.bmm(v)))
        x.add_(1.0)
        return x[:, 0], x.view(-1, 32)


class Raising(nn.Module):
    """Refuses every input in its own words."""

    def forward(self, x):
        if x.dim() > 0:
            raise ValueError("this model\nrefuses all")
        return x


EXAMPLE = torch.rand(2, 3, 32, 32)
MODELS = {
    "tiny": lambda: torch.jit.freeze(torch.jit.script(Tiny().eval())),
    "scripted": lambda: torch.jit.script(Deep().eval()),
    "traced": lambda: torch.jit.trace(Deep().eval(), EXAMPLE),
    "branching": lambda: torch.jit.script(Branching().eval()),
    "attention": lambda: torch.jit.freeze(torch.jit.script(Attention().eval())),
    "forked": lambda: torch.jit.script(Forked().eval()),
    "raising": lambda: torch.jit.script(Raising().eval()),
}


def main(folder, *names):
    os.makedirs(folder, exist_ok=True)
    for name in names:
        torch.manual_seed(1)
        path = os.path.join(folder, name + ".pt")
        unfinished = f"{path}.{os.getpid()}"
        torch.jit.save(MODELS[name](), unfinished)
        os.replace(unfinished, path)


main(*sys.argv[1:])
