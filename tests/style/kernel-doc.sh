#!/usr/bin/env bash
# Every struct, union, enum and function that others use has a kernel-doc comment, and
# every kernel-doc comment describes all members and parameters.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
cd "$TOP" || exit 1

# The headers package of any kernel has it.
tool=$(find /usr/lib/linux-kbuild-*/scripts /usr/src/linux-headers-*/scripts -maxdepth 1 \
	\( -name kernel-doc -o -name kernel-doc.pl \) 2>/dev/null | sort -V | tail -n 1)
[ -n "$tool" ] || bail "no kernel-doc: it comes with linux-headers-amd64"

mapfile -t files < <(style_files 'src/*.[ch]' 'include/uapi/*.h' 'tools/*.[ch]')
mapfile -t module < <(style_files 'src/*.[ch]' 'include/uapi/*.h')

# The last entry of an enum, which counts the others, is no value: __NFIPSEC_..._MAX. Nor
# is a list of values with their texts: IPSEC_COUNTERS.
perl "$tool" -none "${files[@]}" 2>&1 |
	grep -vE "Enum value '(__[A-Z_]+_MAX|IPSEC_COUNTERS)' not described" > "$ARTIFACTS/said"

# What has no comment although it needs one: "FILE:LINE: WHAT"
python3 - "${module[@]}" > "$ARTIFACTS/missing" <<'END' || bail "cannot read the sources"
import re, sys

HEAD = re.compile(r"^(?!static|typedef|extern|return|#)[A-Za-z_][\w \t*]*?[ \t*](\w+)\(")
TYPE = re.compile(r"^(struct|union|enum) (\w+) \{")

def comment_above(lines, i):
    i -= 1
    if i < 0 or not lines[i].rstrip().endswith("*/"):
        return ""
    end = i
    while i >= 0 and "/*" not in lines[i]:
        i -= 1
    text = "".join(lines[i:end + 1])
    return text if text.startswith("/**") else ""

for name in sys.argv[1:]:
    lines = open(name, encoding="utf-8").readlines()
    for i, line in enumerate(lines):
        m = TYPE.match(line)
        if m:
            what = f"{m[1]} {m[2]}"
            if not re.search(rf"^ \* {what}\b", comment_above(lines, i), re.M):
                print(f"{name}:{i + 1}: {what} has no kernel-doc comment")
            continue
        m = HEAD.match(line)
        if not m or not name.endswith(".c"):
            continue
        # a definition, not a declaration or a macro's use: { follows the parameters
        j = i
        while j < len(lines) and not re.search(r"[;{]|^$", lines[j]):
            j += 1
        if j == len(lines) or not lines[j].startswith("{"):
            continue
        if not re.search(rf"^ \* {m[1]}\(\)", comment_above(lines, i), re.M):
            print(f"{name}:{i + 1}: {m[1]}() has no kernel-doc comment")
END

for file in "${files[@]}"; do
	found=$(grep -hF "$file:" "$ARTIFACTS/said" "$ARTIFACTS/missing")
	if [ -z "$found" ]; then
		ok "kernel-doc $file"
	else
		not_ok "kernel-doc $file" "$found"
	fi
done

ktap_end
