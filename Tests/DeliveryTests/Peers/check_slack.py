"""Reads one Slack-compatible body a line, judges each by Slack's own classes and by the rules that these do
not check, and prints what is wrong: nothing when all is well."""

import json
import re
import sys

from slack_sdk.models.attachments import Attachment, AttachmentField

ENTITY = re.compile(r"&(?!amp;|lt;|gt;)|[<>]")


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        # A link is an address and no marked-up text.
        for name, member in value.items():
            if name != "title_link":
                yield from texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from texts(member)


def faults(body):
    if not body.get("text"):
        yield "no text"
    if len(body["text"]) > 2000:
        yield "text too long"
    if len(body.get("attachments", [])) > 20:
        yield "too many attachments"
    for text in texts(body):
        if ENTITY.search(text):
            yield f"unescaped: {text[:80]!r}"
    for given in body.get("attachments", []):
        fields = [AttachmentField(title=f["title"], value=f["value"], short=f["short"]) for f in given["fields"]]
        known = {name: given[name] for name in given if name not in ("fields", "mrkdwn_in")}
        attachment = Attachment(fields=fields, markdown_in=given["mrkdwn_in"], **known)
        attachment.validate_json()
        if attachment.to_dict() != given:
            yield f"slack_sdk writes it otherwise: {attachment.to_dict()} and not {given}"
        if len(given["fields"]) > 10 or any(len(f["value"]) > 1024 or not f["value"] for f in given["fields"]):
            yield "fields too many, too long or empty"
        if len(given["title"]) > 256 or len(given["text"]) > 3000:
            yield "title or text too long"


count = 0
for number, line in enumerate(sys.stdin.buffer.read().split(b"\n")):
    if line:
        count += 1
        for fault in faults(json.loads(line.decode("utf-8", errors="strict"))):
            print(f"line {number + 1}: {fault}")
print(f"{count} bodies")
