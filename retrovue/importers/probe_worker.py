"""The process in which files are probed: it reads paths and writes answers, a line of JSON each.

It ends with its parent. Whatever is printed in it goes nowhere, and whatever a file does to it is
its own: the parent starts another one.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any, BinaryIO

MEMORY = 4 * 2**30  # bytes of address space
SPARE = 5.0  # seconds after its time is up in which the parent ends it; else it does so itself
_LINE = 1000  # characters of a reason

Answer = dict[str, Any]


def main() -> None:
    """Answer until the parent goes. The first line says which plugins probe, and how many seconds
    a file has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to answer
    lines, out = _apart()
    given: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(lines, given), daemon=True).start()
    setup = json.loads(given.get())
    _limit_memory()
    try:
        ask = _hook(setup["plugins"])
    except BaseException as error:  # a plugin may raise anything
        _say(out, _failure(error))
        return
    _say(out, {"ready": True})
    while True:
        path = json.loads(given.get())
        with _alarm(setup["seconds"] + SPARE):
            answer = _answer(ask, path)
        _say(out, answer)


def _apart() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent, under numbers that nothing prints to by chance."""
    lines, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    return lines, out


def _read(lines: BinaryIO, given: SimpleQueue[bytes]) -> None:
    for line in lines:
        given.put(line)
    os._exit(0)  # the parent is gone, whatever is being probed


def _say(out: BinaryIO, answer: Answer) -> None:
    out.write(json.dumps(answer).encode() + b"\n")
    out.flush()


def _limit_memory() -> None:
    """Let a file that wants all the memory there is fail by itself, where that can be said."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End the process after so many seconds, also where nothing of Python runs any more."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _hook(plugins: Sequence[str]) -> Callable[..., Any]:
    """The hook `probe` of these plugins, named as entry points name them."""
    import pluggy

    from retrovue.importers import entry_points, hookspecs

    manager = pluggy.PluginManager("retrovue")
    manager.add_hookspecs(hookspecs)
    for name in plugins:
        manager.register(entry_points.load(entry_points.EntryPoint(name, name, name, "")), name)
    hook: Callable[..., Any] = manager.hook.probe
    return hook


def _answer(ask: Callable[..., Any], path: str) -> Answer:
    """What became of one file: `facts`, or an `error` and whether it is `lasting`, or `absent`."""
    from retrovue.importers import probe_answer

    try:
        if not _is_file(path):
            return {"absent": True}
        with open(path, "rb"):
            pass
        probed = ask(path=path)
        if probed is None:
            return {"error": "no probe knows what it is", "lasting": True}
        return {"facts": probe_answer.cleaned(probed)}
    except BaseException as error:  # a plugin may raise anything
        return _failure(error) if os.path.exists(path) else {"absent": True}


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _failure(error: BaseException) -> Answer:
    from retrovue.errors import ImporterError
    from retrovue.redact import describe_exception

    told = str(error).strip() if isinstance(error, ImporterError) else describe_exception(error)
    plain = "".join(c if c.isprintable() else " " for c in told[: 4 * _LINE])
    reason = " ".join(plain.split())[:_LINE] or type(error).__name__
    # what the system says of reading it, or what is not installed, may be otherwise tomorrow
    passing = isinstance(error, OSError) and error.errno is not None
    passing = passing or isinstance(error, ImportError)
    return {"error": reason, "lasting": not passing}
