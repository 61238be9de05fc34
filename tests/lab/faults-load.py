#!/usr/bin/env python3
"""Makes a thing again and again; the Nth time the Nth of the kernel's allocations for it fails.

    faults-load.py module FILE          loads that module, with its parameters by default
    faults-load.py unload FILE          unloads it
    faults-load.py namespace            makes a network namespace
    faults-load.py count                how many allocations a namespace takes

What is made is taken away again. Prints how many were made to fail, and how often there was nothing
in the end.
"""
import ctypes
import errno
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import faults  # noqa: E402  (its directory is known only now)

INIT_MODULE, DELETE_MODULE, UNSHARE = 313, 176, 272     # finit_module() is the first
CLONE_NEWNET = 0x40000000
NAME = b"nfipsec"
libc = ctypes.CDLL(None, use_errno=True)


def with_fault(n, *call):
    """The errno of a system call, and how many allocations it would have taken until the fault."""
    return faults.with_fault(n, lambda: libc.syscall(*call) and ctypes.get_errno())


def load(n, path):
    """Of the module, with the Nth failing."""
    file = os.open(path, os.O_RDONLY)
    result = with_fault(n, INIT_MODULE, file, b"", 0)
    os.close(file)
    return result


def unload(n=0):
    """At last; who has just looked at it keeps it for a moment."""
    for _ in range(100):
        result = with_fault(n, DELETE_MODULE, NAME, os.O_NONBLOCK)
        if result[0] not in (errno.EAGAIN, errno.EBUSY):
            return result
        time.sleep(0.05)
    sys.exit("the module stays")


def module(n, path):
    """True if it was loaded."""
    code, left = load(n, path)
    if code not in (0, errno.ENOMEM):
        sys.exit(f"allocation {n}: {os.strerror(code)}")
    if bool(code) == os.path.exists("/sys/module/nfipsec"):
        sys.exit(f"allocation {n}: {os.strerror(code)}, but {'' if code else 'not '}there")
    if not code:
        unload()
    return code == 0, left


def unloading(n, path):
    """True if it was unloaded, as it always is."""
    if load(0, path)[0]:
        sys.exit("the module is refused")
    code, left = unload(n)
    if code:
        sys.exit(f"allocation {n}: {os.strerror(code)}")
    return True, left


def namespace(n):
    """True if there was one. It ends with its process. The kernel's own parts have errors of many
    names."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.write(theirs, b"%d %d" % with_fault(n, UNSHARE, CLONE_NEWNET))
        os._exit(0)
    os.close(theirs)
    code, left = (int(word) for word in os.read(ours, 64).split())
    os.close(ours)
    os.waitpid(child, 0)
    return code == 0, left


if sys.argv[1] == "count":
    print(faults.ENOUGH - namespace(faults.ENOUGH)[1])
    sys.exit(0)
what = {"module": module, "unload": unloading, "namespace": namespace}[sys.argv[1]]
nothing = 0
for n in range(1, 20000):
    made, left = what(n, *sys.argv[2:])
    nothing += not made
    if left:
        break
print(n - 1, nothing)
