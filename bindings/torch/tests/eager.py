"""What an eager program does under the service, one case a process: eager.py CASE

Each case compares with the same run without the service, bit by bit.
"""

import gc
import sys
import threading

import torch
import torchvision
from torch import nn

import memo_malloc_torch as memo

torch.manual_seed(1)
torch.set_num_threads(1)


def same(found, expected):
    assert found.dtype == expected.dtype and torch.equal(found, expected), "not bit-equal"


def hit_rate(before, after):
    """Of the requests of served scopes, those that a plan foresaw."""
    planned = after["hits"] - before["hits"]
    planned += after["fallbacks"]["escape"] - before["fallbacks"]["escape"]
    other = sum(
        after["fallbacks"][why] - before["fallbacks"][why]
        for why in ("unexpected", "occupied", "past_end", "off")
    )
    return planned / max(planned + other, 1)


def settled(run, times=6):
    for _ in range(times):
        run()
        memo.settle()


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
        self.head = nn.Linear(32, 5)

    def forward(self, x):
        return self.head(self.layer(x)).mean(1)


def resnet18():
    model, x = torchvision.models.resnet18(weights=None).eval(), torch.rand(1, 3, 64, 64)

    def run():
        with torch.no_grad(), memo.scope("resnet18", x):
            return model(x)

    expected = run()
    memo.enable()
    settled(run)
    before = memo.stats()
    for _ in range(10):
        same(run(), expected)
    after = memo.stats()
    assert after["served"] - before["served"] == 10, memo.summary()
    assert after["hits"] - before["hits"] > 500, memo.summary()
    rate = hit_rate(before, after)
    assert rate > 0.9, f"{rate} {memo.summary()}"
    print(f"hit rate {rate:.4f}")


def trained(steps):
    """The parameters after so many steps, each with its forward, backward and update in a scope,
    and what had been counted after half of them."""
    torch.manual_seed(7)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 14 * 14, 10)
    )
    inputs, labels = torch.rand(4, 3, 16, 16), torch.randint(0, 10, (4,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for step in range(steps):
        if step == steps // 2:
            halfway = memo.stats()
        with memo.scope("step", inputs, labels):
            optimizer.zero_grad(set_to_none=False)
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
        memo.settle()
    return [parameter.detach().clone() for parameter in model.parameters()], halfway


def training():
    """The first steps make gradients and momenta, which stay; then steps are alike."""
    expected, _ = trained(20)
    memo.enable()
    parameters, halfway = trained(20)
    for found, wanted in zip(parameters, expected):
        same(found, wanted)
    stats = memo.stats()
    assert stats["served"] - halfway["served"] == 10, memo.summary()
    rate = hit_rate(halfway, stats)
    assert rate > 0.9, f"{rate} {memo.summary()}"
    print(f"hit rate {rate:.4f}")


def growing():
    model = Encoder().eval()
    inputs = [torch.rand(2, length, 32) for length in range(1, 25)]
    run = memo.scoped(model)
    with torch.no_grad():
        expected = [model(x) for x in inputs]
        memo.enable()
        for _ in range(5):
            for x, wanted in zip(inputs, expected):
                same(run(x), wanted)
            memo.settle()
    stats = memo.stats()
    assert stats["plans"] == len(inputs), memo.summary()
    assert stats["served"] >= 4 * len(inputs) and stats["slabs"] == 1, memo.summary()


def in_threads(work, count=4):
    failures = []

    def guarded(idx):
        try:
            work(idx)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(idx,)) for idx in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def threads():
    model = Encoder().eval()
    inputs = [torch.rand(2, length, 32) for length in (4, 9)]
    run = memo.scoped(model, "encoder")
    with torch.no_grad():
        expected = [model(x) for x in inputs]
    memo.enable()

    def work(idx):
        with torch.no_grad():
            for turn in range(50):
                which = (idx + turn) % 2
                same(run(inputs[which]), expected[which])

    in_threads(work)
    memo.settle()
    in_threads(work)
    stats = memo.stats()
    assert stats["served"] > 200 and stats["bad_frees"] == 0, memo.summary()


def kept():
    """Results live on, are freed out of order, and by other threads."""
    model, x = Encoder().eval(), torch.rand(2, 6, 32)
    run = memo.scoped(model, "encoder")
    with torch.no_grad():
        expected = model(x)
        memo.enable()
        results = []
        for _ in range(60):
            results.append(run(x))
            memo.settle()
        for result in results:
            same(result, expected)
        in_threads(lambda idx: [results.__setitem__(at, None) for at in range(idx, 60, 8)], 4)
        del results[1::2]
        for result in results:
            assert result is None or torch.equal(result, expected)
        first, second = run(x), run(x)
        del first
        third = run(x)
        del second
        same(third, expected)
        del results, third
        gc.collect()
        settled(lambda: run(x))
        same(run(x), expected)
    assert memo.stats()["bad_frees"] == 0, memo.summary()
    memo.disable()
    assert memo.stats() is None


def nested():
    model, x = Encoder().eval(), torch.rand(2, 6, 32)

    def run():
        with torch.no_grad(), memo.scope("outer", x):
            with memo.scope("inner", x):
                first = model(x)
            return model(first.unsqueeze(1).repeat(1, 1, 7)[..., :32])

    expected = run()
    memo.enable()
    settled(run)
    same(run(), expected)
    stats = memo.stats()
    assert (stats["plans"], stats["scopes"]) == (1, 7), memo.summary()


def exceptions():
    model, x = Encoder().eval(), torch.rand(2, 6, 32)
    with torch.no_grad():
        expected = model(x)
    memo.enable()
    for _ in range(8):
        try:
            with memo.scope("raising", x):
                torch.rand(100).sum()
                raise KeyError("as planned")
        except KeyError as error:
            assert error.args == ("as planned",)
        memo.settle()
    run = memo.scoped(model, "encoder")
    with torch.no_grad():
        settled(lambda: run(x))
        before = memo.stats()
        same(run(x), expected)
    after = memo.stats()
    assert after["served"] - before["served"] == 1, "the scope that raised is still open"


def decorated():
    @memo.scoped
    def doubled(x, *, times=2):
        """Its own words."""
        return torch.cat([x * times, x])

    x = torch.rand(300)
    expected = doubled(x, times=3)
    assert (doubled.__name__, doubled.__doc__) == ("doubled", "Its own words.")
    memo.enable()
    settled(lambda: same(doubled(x, times=3), expected))
    doubled(x, times=4)
    assert memo.stats()["recorded"] == 2, "other arguments, another key"
    memo.disable()
    with memo.scope("off", x):
        same(doubled(x, times=3), expected)


def scripted():
    """TorchScript needs no scope; a plan that was saved serves from the first call on."""
    folder = sys.argv[2]
    x = torch.rand(2, 6, 32)
    model = torch.jit.freeze(torch.jit.script(Encoder().eval()))
    with torch.no_grad():
        expected = model(x)
        memo.enable(plans=folder, memory_limit=1 << 30)
        settled(lambda: same(model(x), expected), 8)
        assert memo.stats()["saved"] >= 1 and memo.stats()["served"] > 0, memo.summary()
        memo.enable(plans=folder)
        same(model(x), expected)
    assert (memo.stats()["loaded"], memo.stats()["served"]) == (1, 1), memo.summary()
    assert memo.trim() == 0, "the slab has been used"
    assert memo.trim() > 0


def refusals():
    for arguments, code in [
        ({"library": "/nowhere.so"}, "LIBRARY"),
        ({"library": __file__}, "LIBRARY"),
        ({"memory_limit": -1}, "BAD_ARGUMENT"),
        ({"trim_after": -1.0}, "BAD_ARGUMENT"),
        ({"plans": __file__}, "IO"),
    ]:
        try:
            memo.enable(**arguments)
        except memo.Error as error:
            assert error.code == code, error
            print(error)
        else:
            raise AssertionError(f"{arguments} was taken")
    assert memo.stats() is None


def versions():
    """Another version is refused before it is loaded."""
    torch.__version__ = "9.8.7+cpu"
    try:
        memo.enable()
    except memo.Error as error:
        assert error.code == "NO_TORCH", error
        assert "9.8.7+cpu" in str(error) and sys.argv[2] in str(error), error
        assert "fix: " in str(error), error
    else:
        raise AssertionError("it was loaded")
    with open("/proc/self/maps") as maps:
        assert "memo_torch" not in maps.read(), "it was loaded all the same"


globals()[sys.argv[1]]()
