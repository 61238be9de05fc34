# SPDX-License-Identifier: GPL-2.0
"""Several at once: writers of the same SAs and policies, readers, and somebody who flushes.
Whatever they are told must have been true at some moment, and nothing is left behind."""
import errno
import multiprocessing
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from genl import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import
from pyktap import case, end, same, say  # noqa: E402

SECONDS = 6
NUMBERS = range(8)


def try_request(connection, cmd, attrs, allowed, tally):
    try:
        connection.request(cmd, attrs)
        tally["taken"] = tally.get("taken", 0) + 1
    except Refused as error:
        if error.code not in allowed:
            raise
        tally[errno.errorcode[error.code]] = tally.get(errno.errorcode[error.code], 0) + 1


def writer(seed):
    """Adds and deletes one of a few, alone or two in a transaction."""
    rng, connection, tally = random.Random(seed), Connection(), {}
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        n = rng.choice(NUMBERS)
        new_sa, del_sa = sa_spi(0x1000 + n), sa_name(0x1000 + n)
        one = bypass(selector_number(n))
        cmd, attrs = rng.choice((
            (CMD_SA_NEW, [new_sa]), (CMD_SA_DEL, [del_sa]), (CMD_POLICY_NEW, [one]), (CMD_POLICY_DEL, [one]),
            (CMD_BATCH, [op(CMD_SA_DEL, del_sa), op(CMD_SA_NEW, new_sa)]),
            (CMD_BATCH, [op(CMD_SA_NEW, new_sa), op(CMD_POLICY_NEW, one)])))
        try_request(connection, cmd, attrs, (errno.EEXIST, errno.ESRCH, errno.ENOENT), tally)
    return tally


def reader(seed):
    """Dumps that say they are whole have nothing twice, and policies in order."""
    connection, tally = Connection(), {"whole": 0, "interrupted": 0}
    connection.room = 4096
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        sas = connection.dump(CMD_SA_GET)
        numbers = [struct.unpack("I", dict(parse(r.get(A_SA)))[SA_A_SPI])[0] for r in sas]
        assert len(set(numbers)) == len(numbers) or connection.interrupted, f"twice: {numbers}"
        policies = connection.dump(CMD_POLICY_GET)
        ids = [struct.unpack("I", dict(parse(r.get(A_POLICY)))[POLICY_A_ID])[0] for r in policies]
        assert ids == sorted(ids), f"order: {ids}"
        tally["interrupted" if connection.interrupted else "whole"] += 1
    return tally


def flusher(seed):
    connection, tally = Connection(), {}
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        time.sleep(0.3)
        try_request(connection, CMD_BATCH, [op(CMD_SA_FLUSH), op(CMD_POLICY_FLUSH)], (), tally)
    return tally


def work(job):
    function, seed = job
    try:
        return function.__name__, function(seed), None
    except Exception as error:  # pylint: disable=broad-except
        return function.__name__, {}, f"{type(error).__name__}: {error}"


jobs = [(writer, 1), (writer, 2), (writer, 3), (reader, 4), (flusher, 5)]
with multiprocessing.Pool(len(jobs)) as pool:
    results = pool.map(work, jobs, chunksize=1)
for name, tally, failure in results:
    with case(f"{name}: every answer makes sense"):
        say(f"{name}: {tally}")
        assert not failure, failure
        assert sum(tally.values()) > 3, "it did nearly nothing"
with case("all writers were told both yes and no"):
    for name, tally, _ in results:
        if name == "writer":
            assert tally.get("taken") and len(tally) > 1, tally

c = Connection()
with case("what is left is whole"):
    sas, policies = state(c)
    numbers = [struct.unpack("I", dict(parse(one))[SA_A_SPI])[0] for one in sas]
    same(len(set(numbers)), len(numbers))
    for number in numbers:
        c.request(CMD_SA_DEL, [sa_name(number)])
    for one in policies:
        c.request(CMD_POLICY_DEL, [Attr(A_POLICY, [u32(POLICY_A_ID, struct.unpack(
            "I", dict(parse(one))[POLICY_A_ID])[0])])])
    same(([], []), state(c))
end()
