"""Plans with CP-SAT of OR-Tools: a job as JSON on standard input, the offsets on standard output.

The textbook model: a rectangle for each buffer, its time fixed, no two overlap, the highest top is
minimised. Sizes are counted in their common divisor. Three times the load is always enough (Gergov,
"Algorithms for compile-time memory optimization", 1999). The time is that of model and search.
"""

import json
import math
import sys
import time

from ortools.sat.python import cp_model


def model_of(job, unit):
    """The model, and the variable of each offset."""
    sizes = [size // unit for size in job["sizes"]]
    horizon = 3 * (job["load"] // unit)
    model = cp_model.CpModel()
    offsets, times, places = [], [], []
    peak = model.new_int_var(job["load"] // unit, horizon, "peak")
    for idx, (size, start, end) in enumerate(zip(sizes, job["starts"], job["ends"])):
        offset = model.new_int_var(0, horizon - size, f"offset {idx}")
        top = offset + size
        times.append(model.new_fixed_size_interval_var(start, end - start, f"time {idx}"))
        places.append(model.new_fixed_size_interval_var(offset, size, f"place {idx}"))
        model.add(top <= peak)
        offsets.append(offset)
    model.add_no_overlap_2d(times, places)
    model.minimize(peak)
    return model, offsets


def main():
    job = json.load(sys.stdin)
    unit = math.gcd(*job["sizes"])
    begin = time.perf_counter()
    model, offsets = model_of(job, unit)
    solver = cp_model.CpSolver()
    spent = time.perf_counter() - begin
    solver.parameters.max_time_in_seconds = max(job["seconds"] - spent, 0.001)
    solver.parameters.num_workers = job["threads"]
    status = solver.solve(model)
    seconds = time.perf_counter() - begin
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        sys.exit(f"no plan within the limit ({solver.status_name(status)})")
    placed = [solver.value(offset) * unit for offset in offsets]
    json.dump({"offsets": placed, "seconds": seconds}, sys.stdout)


main()
