# shellcheck shell=bash
# A tunnel between the gateways of gateway_chain that gets new SAs, as an IKE daemon would do it:
# make before break. After net.sh and protect.sh.
#
#   rekey_begin          the tunnel
#   rekey                its next SAs; those before the last ones go
#   $rekeys              how often that was done
#   more_sas NAME        newer SAs beside those that such a tunnel has, in files of that name;
#                        the first has the SPI $protect_spi. False if they are refused

umask 077	# ipsecctl reads no keys that others can
rekeys=0

# new_sas NAME: one for each direction, in files of their own
new_sas() {
	sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm > "$net_state/sas.$1"
	sed -E 's/(spi [0-9]+):[0-9]+/\1/; s/(enckey \S+):.*/\1/' "$net_state/sas.$1" \
		> "$net_state/there.$1"
	sed -E 's/from (\S+) to (\S+) spi [0-9]+:/from \2 to \1 spi /; s/enckey [^:]*:/enckey /' \
		"$net_state/sas.$1" > "$net_state/back.$1"
}

rekey_begin() {
	new_sas 0
	{ cat "$net_state/sas.0"; echo 'flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2'; } |
		ipsec gw1 -F -f - &&
	{ cat "$net_state/sas.0"; echo 'flow esp from 10.2.0.0/24 to 10.1.0.0/24 peer 192.0.2.1'; } |
		ipsec gw2 -F -f - || bail "the gateways refuse their rules"
}

# Who receives has an SA first.
more_sas() {
	new_sas "$1"
	ipsec gw2 -f "$net_state/there.$1" && ipsec gw1 -f "$net_state/back.$1" &&
		ipsec gw1 -f "$net_state/there.$1" && ipsec gw2 -f "$net_state/back.$1"
}

# What is under way with the last ones still finds them.
rekey() {
	local old=$((rekeys - 1))
	rekeys=$((rekeys + 1))
	more_sas $rekeys || bail "new SAs are refused"
	[ $old -ge 0 ] || return 0
	ipsec gw1 -d -f "$net_state/sas.$old" && ipsec gw2 -d -f "$net_state/sas.$old" ||
		bail "old SAs are not deleted"
	rm "$net_state/sas.$old" "$net_state/there.$old" "$net_state/back.$old"
}
