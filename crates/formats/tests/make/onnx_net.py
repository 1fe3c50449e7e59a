"""Makes tests/made/net.onnx and the shapes of its tensors with PyTorch 1.13: pip install torch==1.13.1"""

import json
import sys

import torch
from torch import nn
from torch.onnx import utils


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.wide = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.mean = nn.AvgPool2d((2, 3), stride=1)
        self.norm = nn.LayerNorm(16)
        self.line = nn.Linear(8, 16)
        self.gru = nn.Linear(16, 12)

    def forward(self, x):
        a = torch.relu(self.stem(x))
        b = torch.sigmoid(self.wide(a))
        c = torch.cat([a + b, a[:, ::2, 1:-1, :-2].mean((2, 3), keepdim=True).expand(-1, -1, 12, 14)], 1)
        d = self.pool(c)
        e = nn.functional.pad(self.mean(d), (1, 2, 0, 3))
        f = e.flatten(2).transpose(1, 2)[:, :, :8]
        g = self.norm(self.line(f))
        q, k, v = g[..., :4], g[..., 4:8], g[..., 8:]
        h = torch.softmax(q @ k.transpose(-2, -1) / 2.0, -1) @ v
        i = h.view(h.size(0), -1, 4).permute(2, 0, 1).unsqueeze(0).squeeze(1 - 1)
        left, right = i.chunk(2, 2)
        j = torch.where(left > right, left, right).amax(1)
        return self.gru(g).sum(1), j, f.argmax(-1)


x = torch.ones(2, 3, 24, 28)
path = sys.argv[1] + "/net.onnx"
net = Net().eval()
torch.onnx.export(net, x, path, input_names=["x"], do_constant_folding=False)
with utils.exporter_context(net, torch.onnx.TrainingMode.EVAL, False):
    graph, _, _ = utils._model_to_graph(net, (x,), input_names=["x"], do_constant_folding=False)


def sizes(value):
    found = value.type().sizes() if value.type().kind() == "TensorType" else None
    return None if found is None or None in found else found


# The names differ from those in the file, the order does not.
nodes = [
    [node.kind().split("::")[1], [sizes(value) for value in node.outputs()]]
    for node in graph.nodes()
    if not node.kind().endswith("::Constant")  # of onnx, and one of prim
]
with open(sys.argv[1] + "/net.shapes.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(node) for node in nodes) + "\n]\n")
