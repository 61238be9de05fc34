#!/usr/bin/env bash
# vm: cpus=1 timeout=300 kernels=6.1,6.12
# `ip xfrm state` as the distribution has it prints the same over nfipsec as over the kernel's own
# stack.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ip-xfrm.sh"

ns_add x
cat > "$net_state/commands" <<'END'
state count
state
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel reqid 7 replay-window 32 aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state add src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x1002 mode transport auth-trunc hmac(sha256) 0x0000000000000000000000000000000000000000000000000000000000000001 128 enc cbc(aes) 0x00000000000000000000000000000002
state add src 192.0.2.2 dst 192.0.2.1 proto ah spi 0x1002 mode transport auth sha1 0x0000000000000000000000000000000000000003
state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x1003 mode tunnel flag esn replay-window 128 aead rfc7539esp(chacha20,poly1305) 0x000000000000000000000000000000000000000000000000000000000000000000000004 128
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1004 mode beet auth hmac(md5) 0x00000000000000000000000000000005 enc cipher_null '' sel src 10.1.0.1 dst 10.2.0.1
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1005 mode tunnel flag noecn decap-dscp nopmtudisc af-unspec extra-flag dont-encap-dscp enc rfc3686(ctr(aes)) 0x0000000000000000000000000000000000000006 auth xcbc(aes) 0x00000000000000000000000000000006
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1006 mode tunnel encap espinudp 4500 4501 0.0.0.0 aead rfc4309(ccm(aes)) 0x00000000000000000000000000000000000007 64 limit byte-soft 1000 limit byte-hard 2000 limit packet-soft 10 limit packet-hard 20 limit time-soft 100 limit time-hard 200 limit time-use-soft 300 limit time-use-hard 400
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1007 mode transport sel src 192.0.2.0/25 dst 192.0.2.2 proto tcp sport 80 auth cmac(aes) 0x00000000000000000000000000000008 enc des3_ede 0x0123456789abcdef23456789abcdef01456789abcdef0123
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1008 mode tunnel tfcpad 100 aead rfc4543(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100d mode tunnel sel src 10.1.0.0/24 dst 10.2.0.0/24 dev lo auth-trunc hmac(sha1) 0x00000000000000000000000000000009 96 enc cbc(aes) 0x00000000000000000000000000000009
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1009 mode tunnel
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1009 mode tunnel aead rfc4106(gcm(unknown)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state add src 192.0.2.1 dst 192.0.2.2 proto ah spi 0x1009 mode tunnel enc cbc(aes) 0x00000000000000000000000000000002
state add src 192.0.2.1 dst 192.0.2.2 proto comp spi 0x9 mode tunnel
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1009 mode tunnel flag esn replay-window 0 aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100a mode tunnel mark 0x1 mask 0xff aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100a mode tunnel mark 0x102 mask 0xff aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100a mode tunnel mark 0x1 mask 0xff aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100a mark 0x2 mask 0xff
state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100a
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100b mode tunnel if_id 42 output-mark 0x2 mask 0xff aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100c mode tunnel mark 0x7 output-mark 0x3 if_id 0x2b aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1009 mode tunnel aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100b mode tunnel if_id 43 output-mark 0x5 mask 0xf aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100b
state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100b mode tunnel if_id 43 output-mark 0x5 mask 0xf limit byte-soft 7000 aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100b
state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100b mode tunnel if_id 44 output-mark 0x6 aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100b
state count
-s state count
state
state list proto ah
state list src 192.0.2.1 mode beet
state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1006
state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x2006
-s state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1006
state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100c
state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100c mark 0x7
state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100a mark 0x2 mask 0xff
state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 11 mark 0x5 mask 0xf min 0x3001 max 0x3001
state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3001 mode tunnel reqid 11 aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3001 mode tunnel reqid 11 mark 0x5 mask 0xf aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 9 seq 5 min 0x3000 max 0x3000
state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 10 min 0x3000 max 0x3000
state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp min 0x3001 max 0x3000
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3000 mode tunnel reqid 9 aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3000 mode tunnel reqid 9 seq 5 aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128
state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3000
state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3000
state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3000
state deleteall proto ah
state flush proto ah
state flush proto esp
state flush
state count
END

same_words
check "the kernel's own door cannot be opened beside it" test "$(modprobe xfrm_user 2> /dev/null; grep -c '^xfrm_user' /proc/modules)" = 0
check "the module can be unloaded" unload_module
ktap_end
