"""Makes tests/made/profile.json.gz with PyTorch's profiler: pip install torch==2.15.0"""

import gzip
import os
import sys

import torch
from torch.profiler import ProfilerActivity, profile

torch.manual_seed(0)
torch.set_num_threads(1)
block = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU())
model = torch.nn.Sequential(torch.nn.Linear(16, 64), torch.nn.ReLU(), block).eval()
x = torch.ones(8, 16)
with torch.no_grad():
    model(x)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True, with_stack=True) as run:
        y = model(x)
        del y
os.chdir(sys.argv[1])
run.export_chrome_trace("profile.json")
with open("profile.json", "rb") as file:
    lines = [line for line in file if b"host_name" not in line]
with gzip.GzipFile("profile.json.gz", "wb", mtime=0) as file:
    file.writelines(lines)
