"""Makes tests/made/snapshot.N.pickle for each protocol N: what torch.cuda.memory._snapshot() returns,
in its layout, of events as a run would leave them. Python's own pickler writes it; no GPU is needed."""

import pickle
import sys

frame = {"filename": "model.py", "name": "forward", "line": 12}
native = {"filename": "??", "name": "c10::alloc", "line": 0}
base = 0x7F00_0000_0000


def event(action, block, size, frames=(native, frame)):
    return {
        "action": action, "addr": base + 512 * block, "size": size, "stream": 0,
        "time_us": 1_700_000_000_000_000 + block, "frames": list(frames), "category": None,
    }


events = [
    event("free_completed", 9, 64),
    event("segment_alloc", 0, 2097152),
    event("alloc", 0, 1024),
    event("alloc", 2, 512, []),
    event("free_requested", 0, 1024),
    event("free_completed", 0, 1024),
    event("alloc", 0, 2048),
    event("alloc", 8, 300),
    event("free_requested", 2, 512),
    event("free_completed", 2, 512),
    event("free_completed", 0, 2048),
]
snapshot = {
    "segments": [{"device": 0, "address": base, "total_size": 2097152, "blocks": [], "active": 1.5}],
    "device_traces": [[], events],
    "allocator_settings": {"PYTORCH_CUDA_ALLOC_CONF": "", "max_split_size": -1, "expandable_segments": False},
}
for protocol in range(2, 6):
    with open(f"{sys.argv[1]}/snapshot.{protocol}.pickle", "wb") as file:
        pickle.dump(snapshot, file, protocol)
