"""A real SMTP server that keeps what it takes: each mail, and each try to sign in, as a line of JSON in a file.

    smtp_relay.py LOG HOST USER PASSWORD [--certificate PEM [--implicit]]      prints its port

`bounce@…` is refused for good (550), `later@…` for now (451). With a certificate (and its key) it offers STARTTLS and takes
nothing without, or speaks TLS from the start.
"""

import argparse
import asyncio
import email
import email.policy
import json
import ssl

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

arguments = argparse.ArgumentParser()
arguments.add_argument("log")
arguments.add_argument("host")
arguments.add_argument("user")
arguments.add_argument("password")
arguments.add_argument("--certificate")
arguments.add_argument("--implicit", action="store_true")
options = arguments.parse_args()


def write(line: dict) -> None:
    with open(options.log, "a") as log:
        log.write(json.dumps(line) + "\n")


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("bounce@"):
            return "550 5.1.1 No such mailbox"
        if address.startswith("later@"):
            return "451 4.7.1 Greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {
            part.get_content_type(): part.get_content().replace("\r\n", "\n")
            for part in mail.walk() if not part.is_multipart()}
        head = envelope.content.split(b"\r\n\r\n")[0]
        defects = [
            str(defect) for item in [*mail.walk(), *mail.values()] for defect in getattr(item, "defects", [])]
        write({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "parts": parts,
            "headers": {name.lower(): str(value) for name, value in mail.items()}, "names": mail.keys(),
            "receivers": [address.addr_spec for address in mail["to"].addresses],
            "sender": mail["from"].addresses[0].display_name, "defects": defects, "headIsASCII": head.isascii(),
            "longestLine": max(len(line) for line in envelope.content.split(b"\r\n")),
            "user": session.auth_data.login.decode() if session.auth_data else None,
            "tls": session.ssl is not None or options.implicit,
        })
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = [data.login.decode(), data.password.decode()] == [options.user, options.password]
    if not good:
        write({"wrongPasswordOf": data.login.decode()})
    return AuthResult(success=good, auth_data=data)


class Relay(Controller):
    def _trigger_server(self):
        """The base class connects once, to the port it was given; ours is known only now."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


context = None
if options.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
relay = Relay(
    Handler(), hostname=options.host, port=0, authenticator=authenticate, auth_required=True, enable_SMTPUTF8=False,
    auth_require_tls=bool(options.certificate) and not options.implicit,
    ssl_context=context if options.implicit else None,
    server_kwargs={} if options.implicit or not context else {"tls_context": context, "require_starttls": True})
relay.start()
print(relay.server.sockets[0].getsockname()[1], flush=True)
asyncio.new_event_loop().run_forever()
