"""Serves the memory of a running PyTorch from plans.

    import torch
    import memo_malloc_torch as memo

    memo.enable(plans="plans")
    with memo.scope("step", images):
        output = model(images)

The first scope of a name and its inputs is recorded and planned in the background, the next ones
are served from one slab. TorchScript models need no scope: each call from outside is one. Whatever
a scope does differently from its plan gets its memory from PyTorch as before; results are the same,
always.

The library is made for one version of LibTorch and binds to the one that PyTorch has loaded. Nothing
is compiled here, and a library for another version is refused before it is loaded.
"""

import ctypes
import functools
import json
import math
import os
import re
import zlib
from pathlib import Path

import torch

__all__ = [
    "Error",
    "disable",
    "enable",
    "scope",
    "scoped",
    "settle",
    "stats",
    "summary",
    "trim",
]

ABI_VERSION = 2
_NAME = "libmemo_torch_c.so"
_library = None


class Error(Exception):
    """A refusal. `code` is its documented name, for example `NO_TORCH`."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


def enable(
    *,
    plans=None,
    plans_max=256,
    memory_limit=None,
    trim_after=60.0,
    planning_limit=1.0,
    library=None,
):
    """Turns the service on; another call replaces the options.

    plans           a folder for plans, made if missing, whose plans serve from the first call on;
                    None: they last as long as the process
    plans_max       how many plans are kept in memory
    memory_limit    most bytes of all slabs together; scopes beyond are served as without us
    trim_after      seconds after which unused slabs are given back
    planning_limit  seconds that a plan may take, in the background
    library         the file of the native library; None: MEMO_TORCH_LIB, or where it was built
    """
    global _library
    if _library is None:
        _library = _Library(library)
    folder = None if plans is None else os.fsencode(plans)
    limit = math.inf if memory_limit is None else memory_limit
    _library.call("enable", folder, plans_max, limit, trim_after, planning_limit)


def disable():
    """Turns the service off: what follows is as without it."""
    if _library is not None:
        _library.call("disable")


def settle():
    """Waits until every scope recorded so far has been planned."""
    if _library is not None:
        _library.call("settle")


def trim():
    """Gives slabs back that have not been used since the last trim. Returns their bytes."""
    freed = ctypes.c_double(0)
    if _library is not None:
        _library.call("trim", ctypes.byref(freed))
    return int(freed.value)


def stats():
    """What the service has done since it was enabled, as a dictionary; None when it is not."""
    return None if _library is None else json.loads(_library.text("stats_json"))


def summary():
    """The same as a few lines of text."""
    return "not enabled" if _library is None else _library.text("stats_text")


class scope:
    """A scope as a context: `with memo.scope("step", images, labels): ...`

    Scopes of one name with inputs of the same types and shapes are expected to make the same
    requests, so name what is done, and give all that sizes depend on: tensors, integers, texts, and
    lists, tuples and dictionaries of them. A scope within another is part of it. Does nothing while
    the service is off. It is of its thread: do not await in it.
    """

    __slots__ = ("_inputs", "_name", "_ticket")

    def __init__(self, name, *inputs):
        self._name = name
        self._inputs = inputs

    def __enter__(self):
        self._ticket = ctypes.c_uint64(0)
        if _library is not None:
            _library.begin(self._name, _described(self._inputs), self._ticket)
        return self

    def __exit__(self, *exception):
        ticket = self._ticket.value
        if ticket != 0:
            self._ticket = ctypes.c_uint64(0)
            _library.end(ticket)
        return False


def scoped(function, name=None):
    """A function, or a module, whose every call is a scope; also as a decorator.

    The name is that of the function or of the module's class, with the shapes of the module's
    parameters; give one if two that differ otherwise have the same.
    """
    is_module = isinstance(function, torch.nn.Module)
    if name is None:
        kind = type(function) if is_module else function
        name = f"{kind.__module__}.{kind.__qualname__}"
        if is_module:
            name += f"#{_digest(function):08x}"

    def run(*args, **kwargs):
        mode = function.training if is_module else None
        with scope(name, args, kwargs, mode):
            return function(*args, **kwargs)

    return run if is_module else functools.wraps(function)(run)


def _digest(module):
    shapes = ((key, _described(value)) for key, value in module.state_dict().items())
    return zlib.crc32(repr(sorted(shapes)).encode())


def _described(inputs):
    """One line for each input, and one for what autograd does, which changes what is kept."""
    lines = [_signature(value) for value in inputs]
    lines.append(f"grad={torch.is_grad_enabled()},{torch.is_inference_mode_enabled()}")
    return "\n".join(lines).encode()


def _signature(value):
    if isinstance(value, torch.Tensor):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, (list, tuple)):
        return f"({','.join(map(_signature, value))})"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key!r}:{_signature(value[key])}' for key in value)}}}"
    if isinstance(value, (bool, int, str, type(None))):
        return repr(value)
    return type(value).__qualname__


class _Library:
    """The native library, once it is known to fit this process."""

    def __init__(self, path):
        path = _found(path)
        _fits(path)
        try:
            waiting = ctypes.CDLL(path)
            # Scopes begin and end in microseconds: not worth to hand the interpreter on.
            holding = ctypes.PyDLL(path)
        except OSError as error:
            raise Error("LIBRARY", f"{path} cannot be loaded: {error}") from error
        found = waiting.memo_torch_abi_version()
        if found != ABI_VERSION:
            raise Error(
                "LIBRARY",
                f"{path} has ABI version {found}, this module needs {ABI_VERSION}; "
                "use the two of one release",
            )
        self._dll = waiting
        self._begin = holding.memo_torch_scope_begin
        self._end = holding.memo_torch_scope_end
        self._end.argtypes = [ctypes.c_uint64]
        waiting.memo_torch_enable.argtypes = [
            ctypes.c_char_p,
            ctypes.c_uint32,
            ctypes.c_double,
            ctypes.c_double,
            ctypes.c_double,
        ]

    def call(self, name, *args):
        self._checked(getattr(self._dll, f"memo_torch_{name}")(*args))

    def begin(self, name, inputs, ticket):
        self._checked(self._begin(name.encode(), inputs, ctypes.byref(ticket)))

    def end(self, ticket):
        self._checked(self._end(ticket))

    def text(self, name):
        """A text that says how long it is, and may be longer the next time."""
        capacity, length = 4096, ctypes.c_uint32(0)
        while True:
            room = ctypes.create_string_buffer(capacity)
            self.call(name, room, capacity, ctypes.byref(length))
            if length.value <= capacity:
                return room.raw[: length.value].decode()
            capacity = 2 * length.value

    def _checked(self, status):
        if status != 0:
            name, message = self._copied("code_name", status), self._copied("last_error")
            raise Error(name, message)

    def _copied(self, name, *args):
        room = ctypes.create_string_buffer(4096)
        length = getattr(self._dll, f"memo_torch_{name}")(*args, room, len(room))
        return room.raw[: min(length, len(room))].decode(errors="replace")


def _found(path):
    """The file of the library: named, beside this one, or where cargo builds it."""
    named = path or os.environ.get("MEMO_TORCH_LIB")
    here = Path(__file__).resolve().parent
    targets = [here.parents[2] / "target" / profile for profile in ("release", "debug")]
    tried = [Path(named)] if named else [folder / _NAME for folder in (here, *targets)]
    for file in tried:
        if file.is_file():
            return str(file.resolve())
    raise Error(
        "LIBRARY",
        f"there is no native library; tried {', '.join(map(str, tried))}\n"
        f"fix: {_build()}, or name one with library= or MEMO_TORCH_LIB",
    )


def _fits(path):
    """Whether a library binds to the LibTorch of this process, read in its file.

    To load it first would be too late: it brings a LibTorch of its own then, and two in one process
    corrupt each other.
    """
    content = Path(path).read_bytes()
    built = re.search(rb"memo-torch built for LibTorch ([0-9.]+)\0", content)
    if built is None:
        raise Error("LIBRARY", f"{path} is no library of memo-malloc for LibTorch")
    built, running = built[1].decode(), torch.__version__
    if re.match(r"\d+\.\d+\.\d+", running)[0] != built:
        raise Error(
            "NO_TORCH",
            f"{path} was built for LibTorch {built}, and this process runs PyTorch {running}\n"
            f"fix: {_build()}, or install the PyTorch it was built for",
        )
    # The names under which the linker will look for LibTorch, which it has to have already.
    for name in sorted(set(re.findall(rb"\0(lib(?:torch_cpu|c10)\.so[0-9.]*)(?=\0)", content))):
        try:
            ctypes.CDLL(name.decode(), mode=os.RTLD_NOLOAD | os.RTLD_NOW)
        except OSError as error:
            raise Error(
                "NO_TORCH",
                f"{path} was built for another LibTorch {built} than the one of this PyTorch "
                f"{running}, which has no {name.decode()}\nfix: {_build()}",
            ) from error


def _build():
    root = Path(torch.__file__).resolve().parent
    return f"build one with `LIBTORCH={root} cargo build --release -p memo-torch-c`"
