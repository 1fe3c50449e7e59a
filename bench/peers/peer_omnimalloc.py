"""Runs one allocator of omnimalloc: a job as JSON on standard input, the offsets on standard output.

The time is that of the call alone, with the allocations made and every module loaded before.
"""

import inspect
import json
import sys
import time

import omnimalloc
from omnimalloc.allocators import BaseAllocator


def allocator(job):
    """The allocator of the job, with its time limit and threads where it takes them."""
    kind = BaseAllocator.get(job["planner"])
    taken = inspect.signature(kind.__init__).parameters
    given = {"timeout": job["seconds"], "num_threads": job["threads"]}
    return kind(**{name: value for name, value in given.items() if name in taken})


def main():
    job = json.load(sys.stdin)
    omnimalloc.set_max_threads(job["threads"])
    columns = zip(job["sizes"], job["starts"], job["ends"])
    allocations = tuple(
        omnimalloc.Allocation(id=idx, size=size, start=start, end=end)
        for idx, (size, start, end) in enumerate(columns)
    )
    planner = allocator(job)
    begin = time.perf_counter()
    placed = planner.allocate(allocations)
    seconds = time.perf_counter() - begin
    offsets = [0] * len(allocations)
    for allocation in placed:
        offsets[allocation.id] = allocation.offset
    json.dump({"offsets": offsets, "seconds": seconds}, sys.stdout)


main()
