"""What enrichment costs at real size: calls, tokens, time, memory, beside an ideal or a limit.

`python tests/bench/nova_bench.py [DIR] [SECTION…]`; `make bench` prints it below its own table. The
folder is copied. The stand-in for Bedrock runs in a process of its own and answers with four bytes
to a token. Sections: tree, throughput, throttled, hover, rest, memory, shutdown, pauses.
"""

from __future__ import annotations

import hashlib
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "support")]

from apart import Apart  # noqa: E402  # the path is set just above
from editor import source  # noqa: E402
from ground import HEAVY, Ground, generate, rss_of  # noqa: E402
from pauses import longest_pauses  # noqa: E402

from bench import Row, hovers, ms, percentile, show  # noqa: E402
from dbp.model import FileState, Symbol  # noqa: E402
from dbp.ports import Store  # noqa: E402

FLIPS, FLIPPED, RENAMED = 10, 300, 100
MANY = 10_000
HANGS = 20
HOVER_SECONDS = 30
CALLS, LATENCY, CONCURRENCY = 400, 0.2, 8


# ── a real tree ────────────────────────────────────────────────────────────────────────────────


def bench_tree(root: Path, base: Path, apart: Apart) -> list[Row]:
    """Enrich a whole tree, then do to it what must cost nothing, or little."""
    ground = Ground(base / "tree", apart, DBP_LLM_MAX_CONCURRENCY="8")
    ground.copy(root)
    ground.nova.consent()
    ground.git("init", "-q", "-b", "main")
    ground.git("add", "-A")
    ground.git("commit", "-q", "-m", "all")
    estimate = ground.dbp("estimate", "-v")
    apart.tell(reset=True, latency=0.0, throttled=0.0)
    stand_in = apart.cpu
    first = ground.dbp("index")
    stand_in = apart.cpu - stand_in
    counts = apart.tell()
    files = first.said["enrichment"]
    named = {name: files[name] for name in ("done", "skipped", "failed", "pending")}
    total, asked = sum(named.values()), counts["requests"]
    by_hand = distinct_contents(ground, estimate.said)
    rows = [
        Row(f"{total} files: {named}"[:90], "", ""),
        Row("calls", str(asked), f"{by_hand} contents to ask", asked / by_hand, 1.0),
        Row("calls", str(asked), f"{estimate.said['calls']} by dbp estimate"),
        Row("dbp estimate", f"{estimate.seconds:.1f} s", f"{estimate.rss:.0f} MB at its peak"),
        Row(
            f"dbp index with {asked} calls at once answered",
            f"{first.seconds:.1f} s",
            f"{first.cpu:.1f} s CPU, stand-in {stand_in:.1f} s",
        ),
        Row("dbp index, calls a second", f"{asked / counts['seconds']:.0f}", ""),
        Row("dbp index, peak memory", f"{first.rss:.0f} MB", ""),
    ]
    for name in ("inputTokens", "outputTokens"):
        said, used = estimate.said[name], counts["usage"][name]
        rows.append(Row(f"estimated {name}", f"{said:,}", f"{used:,} used", said / used))
    rows.append(free("second run", ground, 1))
    rename(ground)
    rows.append(free(f"{RENAMED} files renamed", ground, 1))
    rows += flips(ground)
    return rows + one_edit(ground)


def distinct_contents(ground: Ground, estimate: Mapping[str, Any]) -> int:
    """Count by hashing the files themselves how many contents have something to be asked."""
    withheld = {path for each in estimate["withheld"]["reasons"] for path in each["paths"]}
    found = set()
    with ground.record() as record:
        for page in pages(record):
            for file in page:
                if file.state == FileState.INDEXED and file.path not in withheld:
                    data = (ground.root / file.path).read_bytes()
                    found.add((hashlib.sha256(data).digest(), file.language))
    return len(found) - int(estimate["nothingToAsk"])


def pages(record: Store) -> Iterator[Iterable[Any]]:
    """Page through the files of a record."""
    cursor = None
    while True:
        page = record.files(limit=500, cursor=cursor)
        yield page.files
        cursor = page.cursor
        if cursor is None:
            return


def free(what: str, ground: Ground, times: int) -> Row:
    """Run `dbp index` and expect no call."""
    ground.apart.tell(reset=True)
    runs = [ground.dbp("index") for _ in range(times)]
    calls = ground.apart.tell()["requests"]
    best = min(run.seconds for run in runs)
    return Row(f"{what}: calls", f"{calls} in {best:.1f} s", "0", float(calls), 0.0)


def python_files(ground: Ground) -> list[Path]:
    """List the Python files that git knows, in order, those with nothing in them left out."""
    return [path for path in sorted(ground.root.rglob("*.py")) if path.stat().st_size > 200]


def rename(ground: Ground) -> None:
    """Move files to another folder."""
    target = ground.root / "moved_here"
    target.mkdir()
    for number, path in enumerate(python_files(ground)[:RENAMED]):
        path.rename(target / f"renamed_{number}.py")
    ground.git("add", "-A")
    ground.git("commit", "-q", "-m", "renamed")


def flips(ground: Ground) -> list[Row]:
    """Switch between two branches that differ in many files."""
    ground.git("checkout", "-q", "-b", "other")
    every = python_files(ground)
    for number, path in enumerate(every[:: max(1, len(every) // FLIPPED)][:FLIPPED]):
        added = "".join(f"    total += first * {step}\n" for step in range(8))
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef added_{number}(first):\n    total = 0\n{added}    return total\n")
    ground.git("commit", "-q", "-a", "-m", "other")
    ground.apart.tell(reset=True)
    ground.dbp("index")
    seen = ground.apart.tell()
    ground.apart.tell(reset=True)
    seconds = []
    for turn in range(FLIPS):
        ground.git("checkout", "-q", "main" if turn % 2 == 0 else "other")
        seconds.append(ground.dbp("index").seconds)
    calls = ground.apart.tell()["requests"]
    size = statistics.mean(seen["texts"])
    return [
        Row(f"another branch, a function more in {FLIPPED} files", f"{seen['requests']} calls", ""),
        Row("its requests, what they show of a file", f"{size:.0f} B", "mean"),
        Row(
            f"{FLIPS} switches of branches: calls",
            f"{calls} in {max(seconds):.1f} s each",
            "0",
            float(calls),
            0.0,
        ),
    ]


def one_edit(ground: Ground) -> list[Row]:
    """Edit one function of a file that has fifty or more, and look at what is sent."""
    path, symbol, count = many_functions(ground)
    account = ground.nova.account()
    try:
        before = next(call for call in account.calls(limit=100_000) if call.path == path)
    finally:
        account.close()
    lines = (ground.root / path).read_text().split("\n")
    last = symbol.range.end_line
    while not lines[last].strip():
        last -= 1
    indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
    lines.insert(last + 1, f"{indent}edited_by_hand = 1")
    text = "\n".join(lines)
    (ground.root / path).write_text(text)
    ground.apart.tell(reset=True)
    ground.dbp("index")
    told = ground.apart.tell()
    sent, shown = told["bodies"][-1], told["texts"][-1]
    tokens, fixed = told["usage"]["inputTokens"], sent - shown
    whole = len(text.encode())
    return [
        Row(f"one function edited of {count}: calls", str(told["requests"]), "1"),
        Row("its request", f"{sent:,} B", f"{whole + fixed:,} B whole", sent / (whole + fixed)),
        Row("what it shows of the file", f"{shown:,} B", f"{whole:,} B whole", shown / whole),
        Row(
            "its input tokens",
            f"{tokens:,}",
            f"{(whole + fixed) // 4:,} whole, {before.input_tokens:,} at first",
            tokens / ((whole + fixed) // 4),
        ),
    ]


def many_functions(ground: Ground) -> tuple[str, Symbol, int]:
    """Find a Python file of fifty functions or more that fits into a request, and one of them."""
    with ground.record() as record:
        for page in pages(record):
            for file in page:
                if file.language != "python" or (ground.root / file.path).stat().st_size > 24_000:
                    continue
                stored = record.stored(file.path)
                if stored is None or stored.extraction is None or stored.meaning is None:
                    continue
                found = [each for each in walked(stored.extraction.symbols) if not each.children]
                found = [each for each in found if each.kind in {"function", "method"}]
                if len(found) >= 50:
                    long = max(found, key=lambda each: each.range.end_line - each.range.start_line)
                    return file.path, long, len(found)
    raise LookupError("no file has fifty functions")


def walked(symbols: Iterable[Symbol]) -> Iterator[Symbol]:
    """Yield symbols and those inside them."""
    for symbol in symbols:
        yield symbol
        yield from walked(symbol.children)


# ── time ───────────────────────────────────────────────────────────────────────────────────────


def timed_calls(base: Path, apart: Apart, count: int, latency: float, concurrency: int) -> float:
    """Enrich small files; give the seconds from the first request to the last answer."""
    with tempfile.TemporaryDirectory(dir=base) as folder:
        ground = Ground(Path(folder), apart, DBP_LLM_MAX_CONCURRENCY=str(concurrency))
        generate(ground.root, count)
        ground.nova.consent()
        ground.dbp("index", "--local")
        apart.tell(reset=True, latency=latency, throttled=0.0)
        done = ground.dbp("index").said["enrichment"]["done"]
        told = apart.tell(latency=0.0)
        assert (done, told["requests"], told["peak"]) == (count, count, concurrency)
        return float(told["seconds"])


def bench_throughput(_root: Path, base: Path, apart: Apart) -> list[Row]:
    """Compare with calls that cost nothing but their latency."""
    rows = []
    for latency, concurrency, limit in ((LATENCY, CONCURRENCY, 1 / 0.9), (0.05, 16, None)):
        measure = partial(timed_calls, base, apart, CALLS, latency, concurrency)
        took = min(measure() for _ in range(3))
        ideal = CALLS / concurrency * latency
        what = f"{CALLS} calls of {latency * 1000:.0f} ms, {concurrency} at once"
        rows.append(Row(what, f"{took:.2f} s", f"{ideal:.2f} s ideal", took / ideal, limit))
    return rows


def bench_throttled(_root: Path, base: Path, apart: Apart) -> list[Row]:
    """Refuse three requests in ten."""
    ground = Ground(base / "throttled", apart, DBP_LLM_MAX_CONCURRENCY=str(CONCURRENCY))
    generate(ground.root, CALLS)
    ground.nova.consent()
    ground.dbp("index", "--local")
    apart.tell(reset=True, latency=0.05, throttled=0.3)
    run = ground.dbp("index")
    told = apart.tell(latency=0.0, throttled=0.0)
    account = ground.nova.account()
    try:
        calls = list(account.calls(limit=100_000))
    finally:
        account.close()
    done = run.said["enrichment"]["done"]
    attempts = sum(call.attempts for call in calls)
    most = max(call.attempts for call in calls)
    again = sum(call.outcome == "throttled" for call in calls)
    share = told["refused"] / told["requests"]
    asked = told["requests"]
    return [
        Row(
            f"{share:.0%} of requests throttled: done", f"{done} of {CALLS}", f"{run.seconds:.1f} s"
        ),
        Row("requests", str(asked), f"{attempts} in the ledger", asked / attempts, 1.0),
        Row("most requests for one file", str(told["most"]), f"{most} in one call"),
        Row("calls given up and made again later", str(again), f"of {len(calls)} calls"),
        Row("requests that botocore sent again", str(told["resent"]), "0", told["resent"], 0.0),
    ]


def bench_hover(root: Path, base: Path, apart: Apart) -> list[Row]:
    """Compare hovers while contents are enriched with idle ones of the same server."""
    made = Ground(base / "hover", apart, DBP_LLM_MAX_CONCURRENCY=str(CONCURRENCY))
    generate(made.root, 3000)
    rows = hovering(made, latency=0.05, seconds=3600)
    usual = Ground(base / "usual", apart)
    usual.copy(root)
    return rows + hovering(usual, latency=0.5, seconds=HOVER_SECONDS)


def hovering(ground: Ground, *, latency: float, seconds: float) -> list[Row]:
    """Hover while a folder is enriched, at most so long, and when the server has nothing to do."""
    (ground.root / "shown.py").write_text(source())
    ground.nova.consent()
    ground.dbp("index", "--local")
    with ground.server(DBP_LLM_PROVIDER="none") as editor:
        editor.settle(timeout=60)
        editor.open("shown.py")
        rested = hovers(editor.client, editor.uri("shown.py"), 2000, lambda: False)
    ground.apart.tell(reset=True, latency=latency, throttled=0.0)
    with ground.server() as editor:
        client, uri = editor.client, editor.uri("shown.py")
        editor.open("shown.py")
        request = client.send_request("dbp/settle", {"flush": True, "enrich": True})
        ground.apart.tell(active=1)
        until = time.monotonic() + seconds

        def over() -> bool:
            return request in client.responses or time.monotonic() > until

        busy = hovers(client, uri, 1_000_000, over)
        told = ground.apart.tell(brief=True)
    pace = told["requests"] / told["seconds"]
    rows = []
    for share in (0.5, 0.99):
        mine, peer = percentile(busy, share), percentile(rested, share)
        what = f"hover during {pace:.0f} calls a second, p{share * 100:.0f}"
        rows.append(Row(what, ms(mine), f"{ms(peer)} idle", mine / peer))
    longest = f"the longest of {len(busy)}"
    rows.append(Row(longest, ms(max(busy)), f"{ms(max(rested))} of {len(rested)} idle"))
    return rows


# ── memory ─────────────────────────────────────────────────────────────────────────────────────


def bench_rest(root: Path, base: Path, apart: Apart) -> list[Row]:
    """Look at a server at rest with enrichment off, on and done, and what it imported."""
    ground = Ground(base / "rest", apart)
    ground.copy(root)
    ground.nova.consent()
    ground.dbp("index", "--local")
    off = ground.at_rest(DBP_LLM_PROVIDER="none")
    rows = [Row("server at rest, provider off", f"{off[0]:.0f} MB", "")]
    found = [name for name in HEAVY if name in off[1]]
    rows.append(Row("of the machinery imported", str(len(found)), "0", float(len(found)), 0.0))
    ground.dbp("index", "--set", "llm.max_concurrency=8")
    done = ground.at_rest()
    rows.append(Row("provider on, all done", f"{done[0]:.0f} MB", f"{off[0]:.0f} MB off"))
    return rows


def bench_memory(_root: Path, base: Path, apart: Apart) -> list[Row]:
    """Follow the memory of one process over many calls."""
    ground = Ground(base / "memory", apart, DBP_LLM_MAX_CONCURRENCY=str(CONCURRENCY))
    generate(ground.root, MANY, functions=1)
    ground.nova.consent()
    ground.dbp("index", "--local")
    apart.tell(reset=True, latency=0.0, throttled=0.0)
    samples: list[tuple[int, float]] = []

    def watch(pid: int) -> None:
        calls = apart.tell(brief=True)["requests"]
        rss = rss_of(pid)  # none once it has ended
        if rss and (not samples or calls - samples[-1][0] >= 100):
            samples.append((calls, rss))

    run = ground.dbp("index", watch=watch)
    steady = [(calls, rss) for calls, rss in samples if calls >= MANY // 5]
    slope = statistics.linear_regression(*zip(*steady, strict=True)).slope * 1000
    first, last = steady[0], steady[-1]
    assert run.said["enrichment"]["done"] == MANY
    return [
        Row(f"memory after {first[0]} calls", f"{first[1]:.0f} MB", ""),
        Row(f"memory after {last[0]} calls", f"{last[1]:.0f} MB", f"peak {run.rss:.0f} MB"),
        Row("growth in 1,000 calls", f"{slope * 1000:.0f} KB", ""),
    ]


# ── the end ────────────────────────────────────────────────────────────────────────────────────


def bench_shutdown(_root: Path, base: Path, apart: Apart) -> list[Row]:
    """Shut a server down while every call hangs, from the request to the end of the process."""
    times = []
    for number in range(HANGS):
        ground = Ground(base / f"hung{number}", apart, DBP_LLM_MAX_CONCURRENCY=str(CONCURRENCY))
        generate(ground.root, 2 * CONCURRENCY)
        ground.nova.consent()
        apart.tell(reset=True, hung=True)
        with ground.server() as editor:
            apart.tell(active=CONCURRENCY)
            started = time.perf_counter()
            assert editor.client.shutdown() == 0
            times.append(time.perf_counter() - started)
        apart.tell(hung=False)
    best, worst = min(times), max(times)
    what = f"shutdown with {CONCURRENCY} calls hung, worst of {HANGS}"
    return [Row(what, f"{worst:.2f} s", f"best {best:.2f} s, limit 1.5 s", worst / 1.5, 1.0)]


def bench_pauses(root: Path, _base: Path, _apart: Apart) -> list[Row]:
    """Look for single steps of the preparation that nobody else can run beside."""
    rows = []
    for what, pause, call in longest_pauses(root):
        rows.append(Row(f"pause: {what}"[-60:], ms(pause), call, pause / 0.05, 1.0))
    return rows


SECTIONS: dict[str, Callable[[Path, Path, Apart], list[Row]]] = {
    "tree": bench_tree,
    "throughput": bench_throughput,
    "throttled": bench_throttled,
    "hover": bench_hover,
    "rest": bench_rest,
    "memory": bench_memory,
    "shutdown": bench_shutdown,
    "pauses": bench_pauses,
}


def run(root: Path, names: Iterable[str] = SECTIONS) -> None:
    """Measure and print, a section at a time."""
    for name in names:
        with tempfile.TemporaryDirectory(prefix="dbp-nova-bench-") as folder, Apart() as apart:
            show(SECTIONS[name](root, Path(folder), apart))


def main() -> None:
    """Measure what the command line names."""
    arguments = sys.argv[1:]
    default = sysconfig.get_path("stdlib")
    root = Path(arguments.pop(0) if arguments and arguments[0] not in SECTIONS else default)
    run(root.resolve(), arguments or SECTIONS)


if __name__ == "__main__":
    main()
