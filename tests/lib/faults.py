"""An allocation of the kernel that fails (CONFIG_FAULT_INJECTION), in this thread."""
import errno
import os

NTH = "/proc/thread-self/fail-nth"
ENOUGH = 1000000    # more than anything takes


def can_fail():
    return os.path.exists(NTH)


def with_fault(n, call, *args):
    """What the call returns, or the errno of the OSError that it raises, while the Nth allocation
    fails; and how many more it would have taken for that: 0 if one has failed."""
    nth = os.open(NTH, os.O_RDWR)
    os.pwrite(nth, b"%d" % n, 0)
    try:
        result = call(*args)
    except OSError as told:
        result = told.errno
    left = int(os.pread(nth, 16, 0))
    os.pwrite(nth, b"0", 0)
    os.close(nth)
    return result, left
