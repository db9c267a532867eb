"""A stand-in for Mailgun's messages API: writes each request as a line of JSON into a file, and answers as the receiver's name asks.

    fake_mailgun.py LOG [--delay SECONDS] [--certificate PEM]      prints its port

`s500@…` gets 500, `s429@…` 429 with Retry-After, `r429@…` 429 with X-RateLimit-Reset in 77 seconds, `hang@…` no answer, `drop@…` a
closed connection, all others 200. With `once-` before it the wish holds for the first request only. Every answer waits for the
delay; with a certificate (and its key) it is HTTPS.
"""

import argparse
import email
import email.policy
import http.server
import json
import ssl
import threading
import time

arguments = argparse.ArgumentParser()
arguments.add_argument("log")
arguments.add_argument("--delay", type=float, default=0)
arguments.add_argument("--certificate")
options = arguments.parse_args()

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
        line = {"path": self.path, "authorization": self.headers["Authorization"], "fields": fields}
        receiver = fields.get("to", "")
        wish = receiver.split("@")[0]
        with lock, open(options.log, "a") as log:
            log.write(json.dumps(line) + "\n")
            if wish.startswith("once-"):
                wish = "" if receiver in seen else wish.removeprefix("once-")
            seen.add(receiver)
        time.sleep(options.delay)
        if wish == "drop":
            self.close_connection = True
            self.connection.close()
        elif wish == "hang":
            time.sleep(600)
        else:
            self.answer(int(wish[1:]) if wish[:1] in ("s", "r") and wish[1:].isdigit() else 200, wish)

    def answer(self, status: int, wish: str) -> None:
        answer = json.dumps({"id": "<1@mailgun>", "message": "Queued. Thank you."}).encode()
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


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address) -> None:
        """Whoever hangs up or is killed is no news."""


server = Server(("127.0.0.1", 0), Handler)
if options.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
