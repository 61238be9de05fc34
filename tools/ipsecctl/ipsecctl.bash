# SPDX-License-Identifier: GPL-2.0
# bash completion for ipsecctl(8)

_ipsecctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	# options may be grouped: what counts is the last letter
	case $prev in
	-*f)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	-*s)
		mapfile -t COMPREPLY < <(compgen -W "flow sa stats all" -- "$cur")
		return
		;;
	-*D)
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "-D -d -F -f -j -k -m -n -s -v" -- "$cur")
}

complete -F _ipsecctl ipsecctl
