"""Makes NAME.hlo.pb of some programs with XLA, and hlo.json with the bytes that XLA says it needs for
what lies in them: pip install jax==0.10.2

tests/made holds `loop` of them.
"""

import glob
import json
import os
import shutil
import sys
import tempfile

dump = tempfile.mkdtemp()
os.environ["XLA_FLAGS"] = f"--xla_dump_to={dump} --xla_dump_hlo_as_proto --xla_dump_hlo_module_re=memo_"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

f32 = jnp.float32


def memo_loop(w, x):
    def body(i, v):
        return jnp.sin(v @ w) + jnp.cumsum(v, 1)

    y = jax.lax.fori_loop(0, 5, body, x)
    return jax.lax.cond(y.sum() > 0, lambda v: (v @ w) * 2, jnp.sort, y).sum()


def memo_dense(w, x):
    for layer in w:
        x = jnp.tanh(x @ layer) + x
    return x.mean()


def memo_train(w, x):
    loss, slope = jax.value_and_grad(memo_dense)(w, x)
    return loss, w - 0.1 * slope


def memo_image(w, x):
    names = ("NHWC", "HWIO", "NHWC")
    a = jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=names)
    b = jax.lax.reduce_window(jax.nn.relu(a), -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return jnp.sort(b, axis=3).sum(), jax.nn.softmax(a, axis=3)


def memo_scan(w, x):
    def step(h, row):
        h = jnp.tanh(row @ w + h)
        return h, h * 2

    return jax.lax.scan(step, jnp.zeros(64, f32), x)


programs = [
    (memo_loop, (64, 64), (8, 64)),
    (memo_dense, (6, 96, 96), (32, 96)),
    (memo_train, (6, 96, 96), (32, 96)),
    (memo_image, (3, 3, 4, 16), (2, 24, 24, 4)),
    (memo_scan, (64, 64), (20, 64)),
]
wanted = sys.argv[2:]
told = {}
for program, *shapes in programs:
    name = program.__name__.removeprefix("memo_")
    if wanted and name not in wanted:
        continue
    compiled = jax.jit(program).lower(*[jax.ShapeDtypeStruct(shape, f32) for shape in shapes]).compile()
    told[name] = compiled.memory_analysis().temp_size_in_bytes
    (made,) = glob.glob(f"{dump}/*memo_{name}.*after_optimizations.hlo.pb")
    shutil.copy(made, f"{sys.argv[1]}/{name}.hlo.pb")
with open(f"{sys.argv[1]}/hlo.json", "w") as file:
    json.dump(told, file)
    file.write("\n")
