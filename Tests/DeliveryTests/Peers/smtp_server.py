"""An SMTP server on a loopback port that the system chooses. The first line that it prints is the port; then
one line of JSON for each mail that it took. It ends when its standard input is closed.

The argument is JSON: tls (none, starttls, implicit), certificate, key, user, password, and replies: the
answers to each recipient, one an attempt, the last one for ever.
"""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

options = json.loads(sys.argv[1])


class Mailboxes:
    def __init__(self):
        self.attempts = {}

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        replies = options.get("replies", {}).get(address, ["250 OK"])
        number = self.attempts.get(address, 0)
        self.attempts[address] = number + 1
        reply = replies[min(number, len(replies) - 1)]
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        print(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "message": base64.b64encode(envelope.content).decode(),
                    "tls": session.ssl is not None or options["tls"] == "implicit",
                    "user": session.auth_data.login.decode() if session.auth_data else "",
                }
            ),
            flush=True,
        )
        return options.get("data_reply", "250 2.0.0 taken")


def authenticate(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (options["user"].encode(), options["password"].encode())
    # Not handled here: the server itself then answers 535; otherwise a bad login hangs.
    return AuthResult(success=right, handled=False, auth_data=data)


async def main():
    context = None
    if options["tls"] != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options["certificate"], options["key"])
    mailboxes = Mailboxes()
    wants_login = bool(options.get("user"))

    def session():
        return SMTP(
            mailboxes,
            hostname="localhost",
            tls_context=context if options["tls"] == "starttls" else None,
            require_starttls=options["tls"] == "starttls",
            authenticator=authenticate if wants_login else None,
            auth_required=wants_login,
            auth_require_tls=options["tls"] == "starttls",
        )

    implicit = context if options["tls"] == "implicit" else None
    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=implicit)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
