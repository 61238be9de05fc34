# SPDX-License-Identifier: GPL-2.0
"""KTAP from a Python program.

    with case("the file is there"):
        assert os.path.exists(file), "it is not"

A case fails by any exception; the others go on. end() is the last line of every program.
"""
import contextlib
import sys
import traceback

_count = 0
_failed = 0


def say(text):
    for line in str(text).splitlines():
        print("#", line)
    sys.stdout.flush()


@contextlib.contextmanager
def case(name):
    global _count, _failed
    _count += 1
    try:
        yield
    except Exception as error:  # pylint: disable=broad-except
        _failed += 1
        print(f"not ok {_count} {name}")
        frames = [f"{f.name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
        say(f"{type(error).__name__}: {error} ({' '.join(frames[-4:])})")
    else:
        print(f"ok {_count} {name}")
    sys.stdout.flush()


def same(expected, found, what=""):
    assert expected == found, f"{what}: expected {expected!r}, found {found!r}"


def end():
    print(f"1..{_count}")
    sys.exit(1 if _failed or not _count else 0)
