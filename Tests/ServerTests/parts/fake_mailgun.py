"""A stand-in for Mailgun's messages API: writes each request as a line of JSON into a file, and answers as the receiver's name asks.

    fake_mailgun.py LOG      prints its port

`s500@…` gets 500, `s429@…` 429 with Retry-After, `hang@…` no answer, `drop@…` a closed connection, all others 200.
"""

import email
import email.policy
import http.server
import json
import sys
import threading
import time

lock = threading.Lock()


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
        with lock, open(sys.argv[1], "a") as log:
            log.write(json.dumps(line) + "\n")
        wish = fields.get("to", "").split("@")[0]
        if wish == "drop":
            self.connection.close()
        elif wish == "hang":
            time.sleep(120)
        else:
            status = int(wish[1:]) if wish[:1] == "s" and wish[1:].isdigit() else 200
            answer = json.dumps({"id": "<1@mailgun>", "message": "Queued. Thank you."}).encode()
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "77")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_) -> None:
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
