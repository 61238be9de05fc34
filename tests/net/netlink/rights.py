# SPDX-License-Identifier: GPL-2.0
"""Rights: CAP_NET_ADMIN in the user namespace that owns the network namespace, for all of it."""
import errno
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
import xfrm                 # noqa: E402
from genl import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import
from pyktap import case, end, same  # noqa: E402

REQUESTS = (
    ("SA_NEW", CMD_SA_NEW, [sa_spi(0x2000)], NLM_F_ACK),
    ("SA_GET", CMD_SA_GET, [sa_name(0x1000)], NLM_F_ACK),
    ("dump of SAs", CMD_SA_GET, [], NLM_F_DUMP),
    ("dump of SAs with keys", CMD_SA_GET, [u32(A_FLAGS, F_SHOW_KEYS)], NLM_F_DUMP),
    ("SA_DEL", CMD_SA_DEL, [sa_name(0x1000)], NLM_F_ACK),
    ("SA_FLUSH", CMD_SA_FLUSH, [], NLM_F_ACK),
    ("POLICY_NEW", CMD_POLICY_NEW, [policy(priority=u32(POLICY_A_PRIORITY, 5))], NLM_F_ACK),
    ("POLICY_GET", CMD_POLICY_GET, [policy()], NLM_F_ACK),
    ("dump of policies", CMD_POLICY_GET, [], NLM_F_DUMP),
    ("POLICY_DEL", CMD_POLICY_DEL, [policy()], NLM_F_ACK),
    ("POLICY_FLUSH", CMD_POLICY_FLUSH, [], NLM_F_ACK),
    ("BATCH", CMD_BATCH, [op(CMD_SA_NEW, sa_spi(0x2001))], NLM_F_ACK),
    ("STATS_GET", CMD_STATS_GET, [], NLM_F_ACK),
    ("DEFAULTS_SET", CMD_DEFAULTS_SET, [Attr(A_DEFAULTS, [u8(DEFAULTS_A_IN, ACTION_BYPASS)])], NLM_F_ACK),
    ("DEFAULTS_GET", CMD_DEFAULTS_GET, [], NLM_F_ACK),
)
XFRM_GROUPS = range(1, 9)
# these are events, or answers
NOBODY_SENDS = ("REPORT", "NEWSADINFO", "MAPPING")


def attempt(connection, cmd, attrs, flags):
    try:
        connection.request(cmd, attrs, flags)
        return "taken"
    except Refused as error:
        return errno.errorcode[error.code]


def attempt_xfrm(door, kind, flags):
    """What is right of it is for others to test: rights are looked at first."""
    try:
        door.send_raw(bytes(0 if flags & NLM_F_DUMP else 400), flags, kind=kind)
        door.receive()
        return "taken"
    except Refused as error:
        return errno.errorcode[error.code]


def try_xfrm():
    """The same at the other door."""
    door = Netlink(6)
    for kind, name in enumerate(xfrm.NAMES, xfrm.NEWSA):
        print(f"{name}={attempt_xfrm(door, kind, NLM_F_ACK)}")
    for kind in (xfrm.GETSA, xfrm.GETPOLICY):
        print(f"dump by {xfrm.NAMES[kind - xfrm.NEWSA]}={attempt_xfrm(door, kind, NLM_F_DUMP)}")
    for group in XFRM_GROUPS:
        try:
            door.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
            print(f"xfrm group {group}=taken")
        except OSError as error:
            print(f"xfrm group {group}={errno.errorcode[error.errno]}")


def try_everything():
    """As somebody else: what becomes of each request."""
    try_xfrm()
    connection = Connection()
    for name, cmd, attrs, flags in REQUESTS:
        print(f"{name}={attempt(connection, cmd, attrs, flags)}")
    for group in ("changes", "keying"):
        try:
            connection.subscribe(group)
            print(f"group {group}=taken")
        except OSError as error:
            print(f"group {group}={errno.errorcode[error.errno]}")


def configure():
    """As root of an own user and network namespace: what is there in the end."""
    connection = Connection()
    print("at first", len(spis(connection)), len(policy_ids(connection)))
    watch = Connection()
    watch.subscribe("changes")
    connection.request(CMD_SA_NEW, [sa_spi(0x2000)])
    print("event", watch.event().cmd)
    connection.request(CMD_BATCH, [op(CMD_SA_NEW, sa_spi(0x2001)), op(CMD_POLICY_NEW, policy())])
    plain = Connection()
    keys = [dict(parse(r.get(A_SA))).get(SA_A_ENC_KEY) for r in plain.dump(CMD_SA_GET, [u32(A_FLAGS, F_SHOW_KEYS)])]
    print("keys", keys == [GCM_KEY] * 2)
    print("in the end", spis(plain), len(policy_ids(plain)))


if sys.argv[1:]:
    {"try": try_everything, "configure": configure}[sys.argv[1]]()
    sys.exit(0)

c = Connection()
c.request(CMD_SA_NEW, [sa()])
c.request(CMD_POLICY_NEW, [policy()])


def as_other(*command):
    done = subprocess.run([*command, sys.executable, "-B", __file__, "try"], capture_output=True, text=True,
                          check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(line.split("=") for line in done.stdout.splitlines())


def all_refused(who, *command):
    with case(f"{who}: nothing is permitted"):
        before = state(c)
        answers = as_other(*command)
        wanted = {name: "EPERM" for name, *_ in REQUESTS}
        wanted.update({"group changes": "EPERM", "group keying": "EPERM"})
        wanted.update({name: "EINVAL" if name in NOBODY_SENDS else "EPERM" for name in xfrm.NAMES})
        wanted.update({"dump by GETSA": "EPERM", "dump by GETPOLICY": "EPERM"})
        wanted.update({f"xfrm group {group}": "EPERM" for group in XFRM_GROUPS})
        same(wanted, answers)
        same(before, state(c), "state")


all_refused("nobody", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
all_refused("root without CAP_NET_ADMIN", "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin")
all_refused("root of a user namespace that owns no network",
            "unshare", "--user", "--map-root-user")
all_refused("nobody, with CAP_NET_RAW", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            "--inh-caps=+net_raw", "--ambient-caps=+net_raw", "--bounding-set=-all,+net_raw")
with case("nobody, with CAP_NET_ADMIN: all is permitted"):
    answers = as_other("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                       "--inh-caps=+net_admin", "--ambient-caps=+net_admin")
    same({"taken"}, {answers[name] for name, *_ in REQUESTS} - {"ESRCH", "ENOENT"})
    same("taken", answers["SA_NEW"])
    assert "EPERM" not in answers.values(), answers
    same({"taken"}, {answers[name] for name in answers if name.startswith(("dump by", "xfrm group"))})
clean(c)
c.request(CMD_SA_NEW, [sa()])
c.request(CMD_POLICY_NEW, [policy()])
with case("root of an own user namespace configures the network namespace that it owns, and only that"):
    before = state(c)
    c_events = Connection()
    c_events.subscribe("changes")
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "--user",
                           "--map-root-user", "--net", sys.executable, "-B", __file__, "configure"],
                          capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    same(["at first 0 0", f"event {CMD_SA_NEW}", "keys True", "in the end [8192, 8193] 1"],
         done.stdout.splitlines())
    same(before, state(c), "state of the other namespace")
    assert c_events.quiet(), "events cross namespaces"
clean(c)
end()
