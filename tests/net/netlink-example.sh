#!/usr/bin/env bash
# vm: timeout=120 kernels=6.1,6.12
# The worked example of Documentation/netlink.md does what the document says.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

load_module
ns_add gw
check "it runs" in_ns gw python3 "$TOP/examples/netlink.py"
said=$(in_ns gw python3 "$TOP/examples/netlink.py")
diag "$said"

# The document quotes what it says.
is "what it says is in the document" "$said" \
	"$(sed -n '/^    refused, with its policy/,/^$/s/^    //p' "$TOP/Documentation/netlink.md")"
is "it leaves no policy" "" "$(ipsec gw -s flow)"
is "and no SA" "" "$(ipsec gw -s sa)"

# Its numbers are those of the header.
python3 - "$TOP" <<'END' > "$net_state/numbers" || not_ok "the numbers can be compared"
import re, sys
top = sys.argv[1]
header = open(f"{top}/include/uapi/linux/nfipsec.h", encoding="utf-8").read()
values = {}
for body in re.findall(r"^enum \w+ \{(.*?)^\};", header, re.S | re.M):
    value = -1
    for name, explicit in re.findall(r"^\t(\w+)(?:\s*=\s*([^,/]+))?,", body, re.M):
        value = eval(explicit) if explicit else value + 1
        values[name] = value
prefixes = {"CMD_": "NFIPSEC_CMD_", "A_": "NFIPSEC_A_", "SA_": "NFIPSEC_SA_A_",
            "POLICY_": "NFIPSEC_POLICY_A_", "SEL_": "NFIPSEC_SEL_A_",
            "COUNTER_": "NFIPSEC_COUNTER_A_", "DIR_": "NFIPSEC_DIR_",
            "ACTION_": "NFIPSEC_ACTION_", "MODE_": "NFIPSEC_MODE_", "ENC_": "NFIPSEC_ENC_"}
source = open(f"{top}/examples/netlink.py", encoding="utf-8").read()
compared = 0
for names, numbers in re.findall(r"^([A-Z][A-Z0-9_, ]+) = ([0-9, ]+)$", source, re.M):
    for name, number in zip(names.split(", "), numbers.split(", "), strict=True):
        prefix = next((p for p in prefixes if name.startswith(p)), None)
        if prefix is None:
            continue
        compared += 1
        if values.get(prefixes[prefix] + name[len(prefix):]) != int(number):
            print(f"{name} is {number}, in the header {values.get(prefixes[prefix] + name[len(prefix):])}")
if compared < 30:
    print(f"only {compared} numbers found")
END
is "its numbers are those of the header" "" "$(cat "$net_state/numbers")"

ktap_end
