"""Serves an eager model from plans; the library is built by `cargo build --release -p memo-torch-c`.

PYTHONPATH=bindings/torch/python python3 examples/serve.py
"""

import torch
import torchvision

import memo_malloc_torch as memo

model = torchvision.models.resnet18(weights=None).eval()
images = torch.rand(1, 3, 224, 224)

memo.enable()
for _ in range(20):
    with torch.inference_mode(), memo.scope("resnet18", images):
        output = model(images)
print(memo.summary())
