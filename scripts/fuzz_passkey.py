"""A passkey of WebAuthn (ES256, P-256), for the accounts of the fuzzer: no authenticator of theirs has a finger."""

import base64
import hashlib
import json
import secrets

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def added(one, other):
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number, point):
    result = None
    while number:
        if number & 1:
            result = added(result, point)
        point, number = added(point, point), number >> 1
    return result


def text(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def whole(number):
    """A number in DER."""
    content = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes([2, len(content)]) + content


def new_key():
    return secrets.randbelow(N - 1) + 1


def client_data(kind, challenge, origin):
    return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": origin}).encode()


def data(host, flags):
    # It doesn't count its signatures.
    return hashlib.sha256(host.encode()).digest() + bytes([flags, 0, 0, 0, 0])


def id_of(key):
    return hashlib.sha256(str(key).encode()).digest()[:16]


def registration(key, challenge, host, origin):
    x, y = [part.to_bytes(32, "big") for part in times(key, G)]
    cose = bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y
    content = data(host, 0x45) + bytes(16) + bytes([0, 16]) + id_of(key) + cose
    made = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(content)]) + content
    return {
        "id": text(id_of(key)), "clientDataJSON": text(client_data("create", challenge, origin)), "attestationObject": text(made),
    }


def assertion(key, challenge, host, origin, handle):
    client, content = client_data("get", challenge, origin), data(host, 0x05)
    digest = int.from_bytes(hashlib.sha256(content + hashlib.sha256(client).digest()).digest(), "big")
    nonce = new_key()
    r = times(nonce, G)[0] % N
    s = pow(nonce, -1, N) * (digest + r * key) % N
    pair = whole(r) + whole(s)
    return {
        "id": text(id_of(key)), "clientDataJSON": text(client), "authenticatorData": text(content),
        "signature": text(bytes([0x30, len(pair)]) + pair), "userHandle": handle,
    }
