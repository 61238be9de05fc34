"""The algorithms, as implementations that we did not write have them: what the module
makes is compared with what comes out of here.

    ENC, AUTH           by the name of ipsec.conf: number, lengths, how to compute it
    esp()               an ESP packet from the ESP header on
    ah_icv()            the authentication data of an AH packet
    digest()            an untruncated digest

Ciphers, CMAC and the combined modes are those of python3-cryptography (OpenSSL), HMAC is
Python's own. XCBC is written down here as RFC 3566 has it, with AES from OpenSSL.
"""
import collections
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.cmac import CMAC

# number: enum nfipsec_enc; bytes of key, salt and IV in the packet; what the ciphertext is
# a multiple of in ESP; bytes of ICV, 0: it takes an integrity algorithm; how: see below
Enc = collections.namedtuple("Enc", "number key salt iv block icv how")
# number: enum nfipsec_auth; bytes of key, with 4 of salt for GMAC; IV and ICV; how
Auth = collections.namedtuple("Auth", "number key iv icv how")


def _ctr(key, salt, iv, body):
    """RFC 3686 4: the counter block"""
    encryptor = Cipher(algorithms.AES(key), modes.CTR(salt + iv + b"\0\0\0\1")).encryptor()
    return encryptor.update(body) + encryptor.finalize()


def _cbc(algorithm):
    def encrypt(key, _salt, iv, body):
        encryptor = Cipher(algorithm(key), modes.CBC(iv)).encryptor()
        return encryptor.update(body) + encryptor.finalize()
    return encrypt


def _gcm(icv):
    def seal(key, nonce, assoc, _iv, body):
        sealed = AESGCM(key).encrypt(nonce, body, assoc)
        return sealed[:len(body) + icv]
    return seal


def _gmac(key, nonce, assoc, iv, body):
    """RFC 4543 3.5: the IV is authenticated, unlike with the others"""
    return body + AESGCM(key).encrypt(nonce, b"", assoc + iv + body)


def _ccm(icv):
    """RFC 4309 4: 11 bytes of nonce, so the counter has 4"""
    def seal(key, nonce, assoc, _iv, body):
        return AESCCM(key, tag_length=icv).encrypt(nonce, body, assoc)
    return seal


def _chacha(key, nonce, assoc, _iv, body):
    return ChaCha20Poly1305(key).encrypt(nonce, body, assoc)


def _aes(key, block):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def _xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def _xcbc(key, data):
    """RFC 3566 4"""
    k1, k2, k3 = (_aes(key, bytes([n] * 16)) for n in (1, 2, 3))
    blocks = [data[i:i + 16] for i in range(0, len(data), 16)] or [b""]
    chain = bytes(16)
    for block in blocks[:-1]:
        chain = _aes(k1, _xor(chain, block))
    last = blocks[-1]
    if len(last) < 16:
        return _aes(k1, _xor(_xor(chain, (last + b"\x80").ljust(16, b"\0")), k3))
    return _aes(k1, _xor(_xor(chain, last), k2))


def _cmac(key, data):
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def _hmac(name):
    return lambda key, data: hmac.new(key, data, getattr(hashlib, name)).digest()


ENC = {
    "null": Enc("NFIPSEC_ENC_NULL", 0, 0, 0, 4, 0, lambda _key, _salt, _iv, body: body),
    "3des": Enc("NFIPSEC_ENC_3DES", 24, 0, 8, 8, 0, _cbc(algorithms.TripleDES)),
    "chacha20-poly1305": Enc("NFIPSEC_ENC_CHACHA20_POLY1305", 32, 4, 8, 4, 16, _chacha),
    "chacha20-poly1305-iiv": Enc("NFIPSEC_ENC_CHACHA20_POLY1305_IIV", 32, 4, 0, 4, 16, _chacha),
}
for _bits in (128, 192, 256):
    _bytes, _name = _bits // 8, f"aes-{_bits}"
    ENC[_name] = Enc("NFIPSEC_ENC_AES_CBC", _bytes, 0, 16, 16, 0, _cbc(algorithms.AES))
    ENC[_name + "-ctr"] = Enc("NFIPSEC_ENC_AES_CTR", _bytes, 4, 8, 4, 0, _ctr)
    ENC[_name + "-gcm-8"] = Enc("NFIPSEC_ENC_AES_GCM_8", _bytes, 4, 8, 4, 8, _gcm(8))
    ENC[_name + "-gcm-12"] = Enc("NFIPSEC_ENC_AES_GCM_12", _bytes, 4, 8, 4, 12, _gcm(12))
    ENC[_name + "-gcm"] = Enc("NFIPSEC_ENC_AES_GCM_16", _bytes, 4, 8, 4, 16, _gcm(16))
    ENC[_name + "-gcm-iiv"] = Enc("NFIPSEC_ENC_AES_GCM_16_IIV", _bytes, 4, 0, 4, 16, _gcm(16))
    ENC[_name + "-ccm-8"] = Enc("NFIPSEC_ENC_AES_CCM_8", _bytes, 3, 8, 4, 8, _ccm(8))
    ENC[_name + "-ccm-12"] = Enc("NFIPSEC_ENC_AES_CCM_12", _bytes, 3, 8, 4, 12, _ccm(12))
    ENC[_name + "-ccm"] = Enc("NFIPSEC_ENC_AES_CCM_16", _bytes, 3, 8, 4, 16, _ccm(16))
    ENC[_name + "-ccm-8-iiv"] = Enc("NFIPSEC_ENC_AES_CCM_8_IIV", _bytes, 3, 0, 4, 8, _ccm(8))
    ENC[_name + "-gmac"] = Enc("NFIPSEC_ENC_NULL_AUTH_AES_GMAC", _bytes, 4, 8, 4, 16, _gmac)

AUTH = {
    "hmac-md5": Auth("NFIPSEC_AUTH_HMAC_MD5_96", 16, 0, 12, _hmac("md5")),
    "hmac-sha1": Auth("NFIPSEC_AUTH_HMAC_SHA1_96", 20, 0, 12, _hmac("sha1")),
    "hmac-sha2-256-96": Auth("NFIPSEC_AUTH_HMAC_SHA2_256_96", 32, 0, 12, _hmac("sha256")),
    "hmac-sha2-256": Auth("NFIPSEC_AUTH_HMAC_SHA2_256_128", 32, 0, 16, _hmac("sha256")),
    "hmac-sha2-384": Auth("NFIPSEC_AUTH_HMAC_SHA2_384_192", 48, 0, 24, _hmac("sha384")),
    "hmac-sha2-512": Auth("NFIPSEC_AUTH_HMAC_SHA2_512_256", 64, 0, 32, _hmac("sha512")),
    "aes-xcbc": Auth("NFIPSEC_AUTH_AES_XCBC_96", 16, 0, 12, _xcbc),
    "aes-cmac": Auth("NFIPSEC_AUTH_AES_CMAC_96", 16, 0, 12, _cmac),
    "aes-128-gmac": Auth("NFIPSEC_AUTH_AES_128_GMAC", 20, 8, 16, None),
    "aes-192-gmac": Auth("NFIPSEC_AUTH_AES_192_GMAC", 28, 8, 16, None),
    "aes-256-gmac": Auth("NFIPSEC_AUTH_AES_256_GMAC", 36, 8, 16, None),
}


def digest(auth, key, data):
    """All of it, not truncated. Not for GMAC."""
    return AUTH[auth].how(key, data)


def esp(spi, seq, iv, body, enc, enc_key, auth=None, auth_key=None, esn=False):
    """body ends with padding, pad length and next header; iv: None if it is implicit"""
    # pylint: disable=too-many-arguments
    row = ENC[enc]
    key, salt = enc_key[:row.key], enc_key[row.key:]
    head, iv = struct.pack("!II", spi, seq & 0xffffffff), iv or b""
    high = struct.pack("!I", seq >> 32) if esn else b""
    if row.icv:
        # RFC 8750 4: an IV that is not sent is the sequence number, as 64 bits
        # RFC 4106 5: an extended number is authenticated as it is, both halves together
        return head + iv + row.how(key, salt + (iv or struct.pack("!Q", seq)),
                                   head[:4] + high + head[4:], iv, body)
    packet = head + iv + row.how(key, salt, iv, body)
    # RFC 4303 2.8: the half of an extended number that is not sent comes last
    return packet + digest(auth, auth_key, packet + high)[:AUTH[auth].icv]


def ah_icv(auth, key, iv, headers, payload, high=None):
    """The authentication data: IV, if there is one, and ICV. headers: the IP header without
    what is mutable and the 12 bytes of AH. high: that half of an extended sequence number."""
    # pylint: disable=too-many-arguments
    row = AUTH[auth]
    # RFC 4302 3.3.3.2.2
    payload += b"" if high is None else struct.pack("!I", high)
    if not row.iv:
        return digest(auth, key, headers + bytes(row.icv) + payload)[:row.icv]
    # RFC 4543 4 and 7: the IV is part of what is authenticated
    return iv + AESGCM(key[:-4]).encrypt(key[-4:] + iv, b"", headers + iv + bytes(row.icv) + payload)
