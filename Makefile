# SPDX-License-Identifier: GPL-2.0
#
# nfipsec: `make help` lists the goals. What the module is made of is in Kbuild.

# The running kernel's headers if they are there, otherwise the newest that are.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -d /lib/modules/*/build 2>/dev/null | sort -rV))
DESTDIR	?=
PREFIX	?= /usr

# SELFTEST=1 reaches Kbuild by make's own ways, as do W=, C= and V=.
KBUILD	= $(MAKE) -C $(KDIR) M=$(CURDIR)
RELEASE	= $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"$$/\1/p' $(KDIR)/include/generated/utsrelease.h)
MODDIR	= $(DESTDIR)/lib/modules/$(RELEASE)/updates

all: module tool

module: headers
	$(KBUILD) modules

tool:
	$(MAKE) -C tools/ipsecctl
	$(MAKE) -C contrib/preload

headers:
	@test -n "$(KDIR)" && test -e "$(KDIR)/Makefile" || { \
		echo "no kernel headers: install linux-headers-amd64 (as root: scripts/setup), or say KDIR=" >&2; \
		exit 1; }

setup:
	@scripts/setup

# T=net/esp or T=net picks tests, K=6.12 the kernel
check: setup
	@tests/run $(T)

# The tests under the checkers of the debug kernels, which are built once.
DEBUG_TESTS = lab selftest net ike interop conformance
check-debug: setup
	@K=checked tests/run $(or $(T),debug/kernel debug/kernel-uml $(DEBUG_TESTS))

# What more than one processor does at once. KCSAN tells of accesses that race.
RACE_TESTS = lab/races fuzz/netlink net/async net/hold net/late-wait net/lifecycle net/netlink net/pmtu net/xfrm-link
check-races: setup
	@K=debug-kcsan tests/run $(or $(T),debug/races $(RACE_TESTS))

# which lines of the module they reach; what only lasts, reaches no more
COVERAGE_TESTS = $(patsubst tests/%.sh,%,$(wildcard tests/lab/faults-*.sh)) selftest net interop conformance
coverage: setup
	-@COVERAGE=1 K=debug-uml tests/run $(or $(T),$(COVERAGE_TESTS))
	@tests/coverage

# what takes longer: the kernel's own selftests, of which SELFTESTS= picks some, and IKE daemons
peer: setup
	@tests/run peer

# T=parser picks some of tests/fuzz, for so many SECONDS each
fuzz: setup
	@scripts/setup fuzz
	@tests/fuzz/run $(or $(SECONDS),60) $(T)

# checkers that are packages of their own
check-static: setup
	@scripts/setup static
	@tests/run static

demo: setup
	@$(MAKE) --no-print-directory tool
	@tests/demo/run.sh

# Documentation/sizes.md anew; the test says what has changed
sizes: setup
	-@K=6.1 tests/run net/sizes
	@cp 'build/check/net/sizes@6.1/sizes.md' Documentation/sizes.md

# B=packets picks one: tests/bench/packets.sh
bench: setup
	@$(MAKE) --no-print-directory tool
	@tests/bench/run $(B)

# Packagers set DESTDIR and run depmod where the package is installed.
install: all
	install -d $(MODDIR)
	install -m 644 nfipsec.ko $(MODDIR)/nfipsec.ko
	$(MAKE) -C tools/ipsecctl install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	$(MAKE) -C contrib/preload install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	install -d $(DESTDIR)/etc/modprobe.d
	install -m 644 contrib/modprobe.conf $(DESTDIR)/etc/modprobe.d/nfipsec.conf
	$(if $(DESTDIR),,depmod -a $(RELEASE))

uninstall: headers
	rm -f $(MODDIR)/nfipsec.ko
	rm -f $(DESTDIR)/etc/modprobe.d/nfipsec.conf
	rm -rf $(DESTDIR)$(PREFIX)/lib/nfipsec
	rm -f $(DESTDIR)$(PREFIX)/sbin/ipsecctl \
		$(DESTDIR)$(PREFIX)/share/man/man8/ipsecctl.8 \
		$(DESTDIR)$(PREFIX)/share/man/man5/ipsec.conf.5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/ipsecctl
	$(if $(DESTDIR),,depmod -a $(RELEASE))

clean:
	$(MAKE) -C tools/ipsecctl clean
	$(MAKE) -C contrib/preload clean
	$(if $(KDIR),$(KBUILD) clean)
	rm -rf build

help:
	@echo 'make             build nfipsec.ko and tools/ipsecctl/ipsecctl; needs no root'
	@echo 'make module      the module alone; KDIR=DIR builds it for other headers,'
	@echo '                 SELFTEST=1 with the tests that run when it is loaded'
	@echo 'make tool        ipsecctl and the library of contrib/preload, without the module'
	@echo 'make install     module, ipsecctl, manual pages, and lines for modprobe that give'
	@echo '                 NETLINK_XFRM to the module; DESTDIR= and PREFIX= are honoured'
	@echo 'make uninstall   remove them'
	@echo 'make demo        two gateways protect real traffic, in a virtual machine'
	@echo 'make check       every test; T=net/esp or T=net picks some, K=6.12 the kernel;'
	@echo '                 see Documentation/testing.md'
	@echo 'make check-debug the tests under KASAN, lockdep and more: some hours, after some minutes in'
	@echo '                 which two kernels are built'
	@echo 'make check-races what races, by the word of KCSAN, on a kernel that is built once'
	@echo 'make coverage    which lines of the module the tests reach'
	@echo 'make check-static'
	@echo '                 gcc -fanalyzer, cppcheck, clang and Coccinelle have nothing to say'
	@echo "make peer        the kernel's own selftests over its stack and over nfipsec, and IKE daemons"
	@echo 'make fuzz        search with libFuzzer for inputs that break something; T=parser picks,'
	@echo '                 SECONDS=60 for each; see Documentation/testing.md'
	@echo 'make bench       what packets, policies and SAs cost, here and under xfrm; B=packets picks'
	@echo '                 one; see Documentation/performance.md'
	@echo 'make sizes       compute Documentation/sizes.md anew: what fits inside of SAs'
	@echo 'make setup       install the Debian packages that demo and check need (they do it, too)'
	@echo 'make clean       remove what was built'

.PHONY: all module tool headers setup check check-debug check-races check-static coverage peer fuzz demo sizes bench install uninstall clean help
