"""Writes models with random weights as traced and frozen TorchScript, for measuring.

usage: export.py FOLDER IMAGE MODEL...

The 18 models of arXiv 2203.00448, three newer image models, and an encoder like BERT's; IMAGE is the
length of a square image's side, and of the encoder's sequence. A file that exists already is left
alone. One line a model on standard output: its name, and the path or why there is none.
"""

import os
import sys
import warnings
import zlib

import torch
import torchvision
from torch import nn

warnings.filterwarnings("ignore")


class Dcgan(nn.Module):
    """The generator of arXiv 1511.06434, up to images of 64x64; `x` is noise as large as an image."""

    def __init__(self):
        super().__init__()
        widths = [100, 512, 256, 128, 64]
        layers = []
        for idx, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            stride, padding = (1, 0) if idx == 0 else (2, 1)
            layers += [
                nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(True),
            ]
        layers += [nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x.flatten(1)[:, :100].reshape(-1, 100, 1, 1))


class Encoder(nn.Module):
    """Six layers as in BERT's base (arXiv 1810.04805), 768 wide; `x` is a sequence of embeddings."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(768, 12, 3072, activation="gelu", batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 6)

    def forward(self, x):
        return self.layers(x)


class Segmenter(nn.Module):
    """The first result of a model that returns several by name."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)["out"]


def build(name, image):
    if name == "dcgan":
        return Dcgan()
    if name == "encoder":
        return Encoder()
    vision = torchvision.models
    if hasattr(vision.segmentation, name):
        return Segmenter(getattr(vision.segmentation, name)(weights=None, weights_backbone=None))
    options = {}
    if name in ("googlenet", "inception_v3"):
        options = {"init_weights": True, "aux_logits": False}
    if name == "vit_b_16":
        options = {"image_size": image}
    return getattr(vision, name)(weights=None, **options)


def example(name, image):
    return torch.rand(1, image, 768) if name == "encoder" else torch.rand(1, 3, image, image)


def export(folder, image, name):
    path = os.path.join(folder, f"{name}-{image}.pt")
    if os.path.exists(path):
        return path
    torch.manual_seed(zlib.crc32(name.encode()))
    # The fused encoder of evaluation cannot be traced.
    torch.backends.mha.set_fastpath_enabled(False) if hasattr(torch.backends, "mha") else None
    model = build(name, image).eval()
    x = example(name, image)
    if name == "encoder":
        x.requires_grad_(True)
        traced = torch.jit.trace(model, x, check_trace=False)
    else:
        with torch.no_grad():
            traced = torch.jit.trace(model, x)
    unfinished = f"{path}.{os.getpid()}"
    torch.jit.save(torch.jit.freeze(traced), unfinished)
    os.replace(unfinished, path)
    return path


def main(folder, image, *names):
    os.makedirs(folder, exist_ok=True)
    for name in names:
        try:
            print(name, export(folder, int(image), name), flush=True)
        except Exception as error:  # A model that this torchvision lacks, or an image too small.
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            print(name, "-", reason, flush=True)


main(*sys.argv[1:])
