"""Runs models in TensorFlow Lite for Microcontrollers: pip install tflite-micro numpy

    tflm.py MODEL.tflite PLANNED.tflite

prints one JSON object: whether the outputs are equal, and the bytes of the arena's head for each.
"""

import json
import os
import re
import sys
import tempfile

import numpy as np
from tflite_micro.python.tflite_micro import runtime


def run(path):
    interpreter = runtime.Interpreter.from_file(path)
    shape = interpreter.get_input_details(0)["shape"]
    values = np.random.default_rng(1).integers(-128, 128, np.prod(shape)).astype(np.int8)
    interpreter.set_input(values.reshape(shape), 0)
    interpreter.invoke()
    # The figures are printed by C, to the file that standard error is.
    with tempfile.TemporaryFile() as file:
        kept = [os.dup(1), os.dup(2)]
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        interpreter.print_allocations()
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        file.seek(0)
        told = file.read().decode()
    return interpreter.get_output(0), int(re.search(r"allocation head (\d+)", told)[1])


(plain, plain_head), (planned, planned_head) = map(run, sys.argv[1:3])
print(json.dumps({
    "equal": bool(np.array_equal(plain, planned)),
    "plain_head": plain_head,
    "planned_head": planned_head,
}))
