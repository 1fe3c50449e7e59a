"""Writes torchvision models with random weights as traced and frozen TorchScript.

usage: export_models.py FOLDER MODEL...

A model whose file exists already is left alone. One line a model on standard output:
its name and "exported" or "reused". The weights depend on the model's name only.
"""

import os
import sys
import warnings
import zlib

import torch
import torchvision

warnings.filterwarnings("ignore")


def traced(name):
    options = {"init_weights": True} if name == "googlenet" else {}
    model = getattr(torchvision.models, name)(weights=None, **options).eval()
    with torch.no_grad():
        return torch.jit.freeze(torch.jit.trace(model, torch.rand(1, 3, 224, 224)))


def export(folder, name):
    path = os.path.join(folder, name + ".pt")
    if os.path.exists(path):
        return "reused"
    torch.manual_seed(zlib.crc32(name.encode()))
    unfinished = f"{path}.{os.getpid()}"
    torch.jit.save(traced(name), unfinished)
    os.replace(unfinished, path)
    return "exported"


def main(folder, *names):
    os.makedirs(folder, exist_ok=True)
    for name in names:
        print(name, export(folder, name), flush=True)


main(*sys.argv[1:])
