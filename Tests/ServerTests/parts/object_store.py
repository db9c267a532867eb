"""An S3-compatible store that looks at every signature: object_store.py LOG KEY_ID SECRET REGION FOLDER [FAILURES]

Objects are files in the folder. The first FAILURES requests get 503. What a signature must be is botocore's word, from the
request as it arrived; each request is a line of JSON in the log.
"""

import datetime
import hashlib
import http.server
import json
import pathlib
import re
import sys

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

log, key_id, secret, region, folder = sys.argv[1:6]
failures = int(sys.argv[6]) if len(sys.argv) > 6 else 0


class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.admits(body):
            self.object.parent.mkdir(parents=True, exist_ok=True)
            self.object.write_bytes(body)
            self.answer(200, b"")

    def do_GET(self) -> None:
        if self.admits(b""):
            if self.object.exists():
                self.answer(200, self.object.read_bytes())
            else:
                self.refuse(404, "NoSuchKey")

    @property
    def object(self) -> pathlib.Path:
        return pathlib.Path(folder) / self.path.lstrip("/")

    def admits(self, body: bytes) -> bool:
        global failures
        if failures > 0:
            failures -= 1
            return self.refuse(503, "SlowDown")
        given = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?"
            r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})", self.headers.get("Authorization", ""))
        if not given or given[1] != key_id or given[3] != region:
            return self.refuse(403, "InvalidAccessKeyId")
        signed = given[4].split(";")
        stamp = self.headers.get("X-Amz-Date", "")
        now = datetime.datetime.now(datetime.timezone.utc)
        sent = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        if abs(now - sent) > datetime.timedelta(minutes=15) or not {"host", "x-amz-date", "x-amz-content-sha256"} <= {*signed}:
            return self.refuse(403, "AccessDenied")
        if self.headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return self.refuse(400, "XAmzContentSHA256Mismatch")
        if self.signature(signed, stamp) != given[5]:
            return self.refuse(403, "SignatureDoesNotMatch")
        return True

    def signature(self, signed: list[str], stamp: str) -> str:
        request = AWSRequest(
            self.command, f"http://{self.headers['Host']}{self.path}", {name: self.headers[name] for name in signed})
        request.context["timestamp"] = stamp
        signer = S3SigV4Auth(Credentials(key_id, secret), "s3", region)
        return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)

    def refuse(self, status: int, code: str) -> bool:
        self.answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode())
        return False

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        with open(log, "a") as lines:
            lines.write(json.dumps({"method": self.command, "path": self.path, "status": status}) + "\n")

    def log_message(self, *_) -> None:
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
print(server.server_address[1], flush=True)
server.serve_forever()
