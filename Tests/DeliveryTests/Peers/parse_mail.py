"""Reads mails in Base64, one a line, and prints what Python's email package makes of each, as JSON."""

import base64
import email
import email.policy
import email.utils
import json
import sys


def described(raw):
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    parts = list(message.iter_parts())
    defects = [repr(d) for part in [message, *parts] for d in part.defects]
    for name, header in message.items():
        defects += [f"{name}: {defect!r}" for defect in getattr(header, "defects", [])]
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "to": [[a.display_name, a.addr_spec] for a in message["To"].addresses],
        "from": [[a.display_name, a.addr_spec] for a in message["From"].addresses],
        "date": int(email.utils.parsedate_to_datetime(message["Date"]).timestamp()),
        "type": message.get_content_type(),
        "parts": [[part.get_content_type(), part.get_content().replace("\r\n", "\n")] for part in parts],
        "defects": defects,
        "longest": max(len(line) for line in raw.split(b"\r\n")),
        "bare": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
        "ascii": all(byte < 128 for byte in raw),
    }


for line in sys.stdin:
    if line.strip():
        print(json.dumps(described(base64.b64decode(line))))
