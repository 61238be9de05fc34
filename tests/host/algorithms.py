"""Where algorithms are listed: the tool, the header, the documents and what the tests compute
with agree. algorithms.py TOP IPSECCTL, in KTAP."""
import os
import re
import subprocess
import sys

TOP, IPSECCTL = sys.argv[1:]
sys.path.insert(0, os.path.join(TOP, "tests/lib"))
from algorithms import AUTH, ENC  # noqa: E402 pylint: disable=wrong-import-position

COUNT = 0


def result(name, complaints):
    global COUNT  # pylint: disable=global-statement
    COUNT += 1
    print(f"{'not ok' if complaints else 'ok'} {COUNT} {name}")
    for line in complaints:
        print(f"# {line}")


def text(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


NUMBERS = {name: int(number) for name, number in
           re.findall(r"^\t(NFIPSEC_(?:ENC|AUTH)_\w+)\s*= (\d+),", text("include/uapi/linux/nfipsec.h"), re.M)}
MANUAL = text("tools/ipsecctl/ipsec.conf.5")
DOCUMENT = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text("Documentation/algorithms.md").splitlines() if line.startswith("| `")]


def generic(name):
    """aes-128-gcm-8: the name that takes keys of all lengths, and how the document writes it."""
    if not re.match(r"aes-\d", name):
        return name, name
    rest = re.sub(r"^aes-\d+", "", name)
    return "aesctr" if rest == "-ctr" else "aes" + rest, "aes-*" + rest


def row(name):
    """The line of the document that is about it."""
    lines = [cells for cells in DOCUMENT if f"`{name}`" in cells[0].split(" (")[0].split(", ")]
    return lines[0] if len(lines) == 1 else None


def first_numbers(cell):
    return [int(n) for n in re.findall(r"\d+", cell)]


def parsed(proto, *words):
    """How the tool shows a rule, or what it says is wrong."""
    rule = f"{proto} from 192.0.2.1 to 192.0.2.2 spi 0x1000 {' '.join(words)}\n"
    done = subprocess.run([IPSECCTL, "-n", "-v", "-f", "-"], capture_output=True, text=True, check=False,
                          input=rule)
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip()


def check_enc(name, enc):
    complaints = []
    keys = [] if enc.icv else ["auth hmac-sha1 authkey", "0x" + bytes(20).hex()]
    if enc.key:
        keys += ["enckey", "0x" + bytes(range(enc.key + enc.salt)).hex()]
    for word in (name, generic(name)[0]):
        shown = parsed("esp", "enc", word, *keys)
        if f" enc {name}" not in shown:
            complaints.append(f"ipsecctl makes of {word}: {shown}")
    line = row(generic(name)[1])
    if not line:
        return complaints + ["Documentation/algorithms.md does not have it, or twice"]
    _, number, _, _, _, keys, salt, iv, block, icv = line
    found = (int(number), enc.key in first_numbers(keys) or keys == "-", sum(first_numbers(salt)),
             sum(first_numbers(iv)), int(block), sum(first_numbers(icv)))
    wanted = (NUMBERS[enc.number], True, enc.salt, enc.iv, enc.block, enc.icv)
    if found != wanted:
        complaints.append(f"Documentation/algorithms.md has {found}, not {wanted}")
    if f".It {generic(name)[0]} Ta" not in MANUAL:
        complaints.append("ipsec.conf.5 does not list it")
    elif enc.key and str((enc.key + enc.salt) * 8) not in \
            re.search(rf"^\.It {generic(name)[0]} Ta ([^T]*) Ta", MANUAL, re.M)[1]:
        complaints.append("ipsec.conf.5 has other keys")
    return complaints


def check_auth(name, auth):
    shown = parsed("ah", "auth", name, "authkey", "0x" + bytes(auth.key).hex())
    complaints = [] if f" auth {name} " in shown else [f"ipsecctl makes of {name}: {shown}"]
    line = row(name)
    if not line:
        return complaints + ["Documentation/algorithms.md does not have it, or twice"]
    _, number, _, _, _, keys, icv = line
    found = (int(number), sum(first_numbers(keys)), first_numbers(icv))
    wanted = (NUMBERS[auth.number], auth.key, [auth.icv] + [auth.iv] * bool(auth.iv))
    if found != wanted:
        complaints.append(f"Documentation/algorithms.md has {found}, not {wanted}")
    if f".It {name} Ta {auth.key * 8} Ta" not in MANUAL:
        complaints.append("ipsec.conf.5 does not list it with this key")
    return complaints


for enc_name, enc_row in ENC.items():
    result(f"enc {enc_name}", check_enc(enc_name, enc_row))
for auth_name, auth_row in AUTH.items():
    result(f"auth {auth_name}", check_auth(auth_name, auth_row))
numbers = {r.number for r in [*ENC.values(), *AUTH.values()]} | {"NFIPSEC_AUTH_NONE"}
result("the header has no others", sorted(NUMBERS.keys() - numbers))
listed = {row(generic(name)[1])[0] for name in ENC if row(generic(name)[1])} | {row(n)[0] for n in AUTH if row(n)}
result("the document has no others", [cells[0] for cells in DOCUMENT if cells[0] not in listed])
print(f"1..{COUNT}")
