"""Codes of authenticator apps (RFC 6238), for the accounts of the fuzzer."""

import base64
import hashlib
import hmac
import time

STEP = 30


def code(secret):
    """What the app shows now."""
    counter = int(time.time()) // STEP
    digest = hmac.new(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
