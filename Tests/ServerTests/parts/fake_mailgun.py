"""A stand-in for Mailgun's messages API: writes each request as a line of JSON into a file, and answers as the receiver's name asks.

    fake_mailgun.py LOG [--delay SECONDS] [--certificate PEM] [--webhook FILE]      prints its port

A request that isn't, byte for byte, the form that Mailgun documents is answered with 400 and what is wrong.
`s500@…` gets 500, `s429@…` 429 with Retry-After, `r429@…` 429 with X-RateLimit-Reset in 77 seconds, `hang@…` no answer, `drop@…` a
closed connection, `bounce@…` 200 and a moment later a signed report of its failure to the address that the webhook's file holds,
all others 200. With `once-` before it the wish holds for the first request only. Every answer waits for the
delay; with a certificate (and its key) it is HTTPS.
"""

import argparse
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import re
import secrets
import ssl
import threading
import time
import urllib.request

arguments = argparse.ArgumentParser()
arguments.add_argument("log")
arguments.add_argument("--delay", type=float, default=0)
arguments.add_argument("--certificate")
arguments.add_argument("--webhook")
options = arguments.parse_args()

SIGNING_KEY = b"signing"
# What https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages names, as far as Polier has a use for it.
REQUIRED = ["from", "to", "subject", "text", "html", "h:Message-Id", "o:tag", "o:tracking-clicks"]
OPTIONAL = ["o:testmode"]

lock = threading.Lock()
seen: set[str] = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        fields = {}
        for part in form.iter_parts():
            fields[part.get_param("name", header="content-disposition")] = part.get_payload(decode=True).decode()
        flaw = self.flaw(body, form.get_boundary() or "", fields)
        line = {"path": self.path, "authorization": self.headers["Authorization"], "fields": fields, "flaw": flaw}
        receiver = fields.get("to", "")
        wish = receiver.split("@")[0]
        with lock, open(options.log, "a") as log:
            log.write(json.dumps(line) + "\n")
            if wish.startswith("once-"):
                wish = "" if receiver in seen else wish.removeprefix("once-")
            seen.add(receiver)
        time.sleep(options.delay)
        if flaw:
            self.answer(400, wish, flaw)
        elif wish == "drop":
            self.close_connection = True
            self.connection.close()
        elif wish == "hang":
            time.sleep(600)
        else:
            self.answer(int(wish[1:]) if wish[:1] in ("s", "r") and wish[1:].isdigit() else 200, wish)

        if wish == "bounce" and not flaw:
            threading.Thread(target=report, args=[fields], daemon=True).start()

    def flaw(self, body: bytes, boundary: str, fields: dict[str, str]) -> str | None:
        """What differs from the documented request."""
        parts = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        )
        if not re.fullmatch(r"/v3/[a-z0-9.-]+/messages", self.path):
            return f"there is no {self.path}"
        if self.headers["Content-Type"] != f"multipart/form-data; boundary={boundary}":
            return f"the type is {self.headers['Content-Type']}"
        if body != ("".join(parts) + f"--{boundary}--\r\n").encode():
            return "the body is not the form's fields and nothing else"
        if [name for name in fields if name not in OPTIONAL] != REQUIRED:
            return f"the fields are {list(fields)}"
        if fields.get("o:testmode", "yes") != "yes" or not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", fields["h:Message-Id"]):
            return "a field's value can't be"
        return None

    def answer(self, status: int, wish: str, message: str = "Queued. Thank you.") -> None:
        answer = json.dumps({"id": "<1@mailgun>", "message": message}).encode()
        self.send_response(status)
        if wish == "s429":
            self.send_header("Retry-After", "77")
        if wish == "r429":
            self.send_header("X-RateLimit-Reset", str(int((time.time() + 77) * 1000)))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_) -> None:
        pass


def report(fields: dict[str, str]) -> None:
    """Tells of a failure after the mail was taken on, as https://documentation.mailgun.com/docs/mailgun/user-manual/events shows it."""
    time.sleep(0.5)
    now, token = str(int(time.time())), secrets.token_hex(25)
    event = {
        "signature": {
            "timestamp": now,
            "token": token,
            "signature": hmac.new(SIGNING_KEY, (now + token).encode(), hashlib.sha256).hexdigest(),
        },
        "event-data": {
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": time.time(),
            "log-level": "error",
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "recipient": fields["to"],
            "delivery-status": {
                "attempt-no": 1,
                "code": 550,
                "description": "",
                "message": "5.1.1 \x1b[31mNo such\x00 mailbox\r\n",
                "session-seconds": 0.4331989288330078,
            },
            "message": {
                "headers": {
                    "to": fields["to"],
                    "from": fields["from"],
                    "subject": fields["subject"],
                    "message-id": fields["h:Message-Id"].strip("<>"),
                },
                "attachments": [],
                "size": 111,
            },
            "flags": {"is-routed": False, "is-authenticated": True, "is-system-test": False, "is-test-mode": False},
            "tags": [fields["o:tag"]],
            "user-variables": {},
            "campaigns": [],
        },
    }
    with open(options.webhook) as file:
        address = file.read().strip()
    request = urllib.request.Request(address, json.dumps(event).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply, lock, open(options.log, "a") as log:
        log.write(json.dumps({"reported": reply.status}) + "\n")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up or is killed is no news."""


server = Server(("127.0.0.1", 0), Handler)
if options.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
