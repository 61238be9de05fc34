#!/usr/bin/env bash
# In a test machine: install from $TREE, use what is installed, and remove it.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

# What a user's shell finds, not what is in the checkout.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# The directories that are written to get a layer that dies with the machine.
writable() {
	local layer=/run/layers/${1//\//-}
	mkdir -p "$layer.upper" "$layer.work"
	mount -t overlay -o "lowerdir=$1,upperdir=$layer.upper,workdir=$layer.work" overlay "$1" ||
		bail "cannot make $1 writable"
}
# /lib/modules of the guest is mounted below /usr/lib.
mkdir /run/modules
mount --bind /lib/modules /run/modules
writable /usr/sbin
writable /usr/share
writable /usr/lib
mount --bind /run/modules /lib/modules
writable "/lib/modules/$(uname -r)"
writable "$TREE"

installed() { # what installation added; depmod's files are always there
	(cd /run/layers && find ./-usr-*.upper ./-lib-*.upper -type f ! -name 'modules.*') | sort
}

check_fails "before: no module" modprobe nfipsec
is "before: no tool" "" "$(command -v ipsecctl)"

check "make install" make -C "$TREE" install
installed | sed 's/^/# /'
check "who opens NETLINK_XFRM" ip xfrm state
check "loads the module" grep -q '^nfipsec ' /proc/modules
check_fails "and not the kernel's own front end" grep -q '^xfrm_user ' /proc/modules
rmmod nfipsec
check "modprobe finds the module" modprobe nfipsec
check "and what it needs" grep -q '^nfipsec ' /proc/modules
is "it is the installed one" "/lib/modules/$(uname -r)/updates/nfipsec.ko" "$(modinfo -n nfipsec)"
is "the tool is found" /usr/sbin/ipsecctl "$(command -v ipsecctl)"
check "and talks to the module" ipsecctl -v -s all

reads_as() { # page, text
	MANPAGER=cat MANWIDTH=80 man "${@:1:2}" | col -b | grep -q "$3"
}
check "man ipsecctl" reads_as 8 ipsecctl 'load, show and watch'
check "man ipsec.conf" reads_as 5 ipsec.conf 'rules of ipsecctl'

completes() { # line, expected word
	# shellcheck disable=SC2016
	bash -c '
		. /usr/share/bash-completion/completions/ipsecctl
		read -ra COMP_WORDS <<< "$1"
		case $1 in *" ") COMP_WORDS+=("") ;; esac
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		$(complete -p ipsecctl | grep -o "_[a-z]*")
		printf "%s\n" "${COMPREPLY[@]}"' _ "$1" | grep -qx -- "$2"
}
check "completion: a modifier" completes 'ipsecctl -s fl' flow
check "completion: an option" completes 'ipsecctl -' -f

# As the README says: the examples, with keys of one's own.
install -d -m 700 /etc/ipsec /etc/ipsec/keys
(cd /etc/ipsec/keys && umask 077 &&
	for k in auth.1-2 auth.2-1 enc.1-2 enc.2-1; do openssl rand -hex 32 > $k; done)
install -m 600 "$TREE/examples/sas.conf" /etc/ipsec/sas.conf
install -m 600 "$TREE/examples/gw1.conf" /etc/ipsec/ipsec.conf
check "the rules of the README load" ipsecctl -f /etc/ipsec/ipsec.conf
is "3 flows" 3 "$(ipsecctl -s flow | wc -l)"
is "2 SAs" 2 "$(ipsecctl -s sa | wc -l)"
check_fails "the module is not to be removed from under them" modprobe -r nfipsec
check "flush" ipsecctl -F
check "now it is" modprobe -r nfipsec

check "make uninstall" make -C "$TREE" uninstall
is "nothing is left" "" "$(installed)"
check_fails "after: no module" modprobe nfipsec

ktap_end
