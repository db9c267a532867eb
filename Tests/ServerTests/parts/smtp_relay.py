"""A real SMTP server that keeps what it takes: each mail as a line of JSON in a file.

    smtp_relay.py LOG HOST USER PASSWORD      prints its port

`bounce@…` is refused for good (550), `later@…` for now (451).
"""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


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
        line = {
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "parts": parts,
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "user": session.auth_data.login.decode() if session.auth_data else None,
        }
        with open(sys.argv[1], "a") as log:
            log.write(json.dumps(line) + "\n")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = [data.login.decode(), data.password.decode()] == sys.argv[3:5]
    return AuthResult(success=good, auth_data=data)


class Relay(Controller):
    def _trigger_server(self):
        """The base class connects once, to the port it was given; ours is known only now."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


relay = Relay(
    Handler(), hostname=sys.argv[2], port=0, auth_require_tls=False, authenticator=authenticate,
    auth_required=True)
relay.start()
print(relay.server.sockets[0].getsockname()[1], flush=True)
asyncio.new_event_loop().run_forever()
