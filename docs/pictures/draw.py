#!/usr/bin/env python3
"""Draws Slack-compatible message bodies, as `format: slack` sends them, the way a chat shows them.

usage: docs/pictures/draw.py BODIES.ndjson OUT.png

One body a line. The picture is a page that headless Chromium (Debian: chromium) photographs; nothing is fetched.
"""
import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

STYLE = """
body { margin: 0; padding: 18px 22px; font: 15px/1.46 Lato, 'Helvetica Neue', 'DejaVu Sans', sans-serif;
       color: #1d1c1d; background: #fff; width: 716px }
.message { display: flex; gap: 10px; margin-bottom: 14px }
.message:last-child { margin-bottom: 0 }
.face { width: 36px; height: 36px; border-radius: 6px; background: #24303f; flex: none; display: flex;
        align-items: center; justify-content: center }
.who { font-weight: 900 } .app { font-size: 10px; background: #e8e8e8; color: #616061; border-radius: 2px;
        padding: 1px 4px; margin: 0 6px; vertical-align: 2px } .when { font-size: 12px; color: #616061 }
.attachment { border-left: 4px solid; border-radius: 4px; padding: 2px 0 2px 12px; margin-top: 6px; width: 600px }
.title { font-weight: 700; color: #1264a3 } .title.plain { color: #1d1c1d }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 16px; margin-top: 6px; font-size: 13px }
.fields .wide { grid-column: 1 / 3 } .name { font-weight: 700 }
.footer { font-size: 12px; color: #616061; margin-top: 6px }
code { background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px; color: #c01343;
       font: 12px 'DejaVu Sans Mono', monospace }
"""

BELL = (
    '<svg width="24" height="24" viewBox="0 0 24 24"><path d="M12 3a6 6 0 0 0-6 6v5l-2 3h16l-2-3V9a6 6 0 0 0-6-6z" '
    'fill="#ffc845"/><circle cx="12" cy="19.5" r="2.2" fill="#ffc845"/></svg>'
)


def rendered(text):
    """mrkdwn as it arrives: already escaped, so only code spans and line ends are left to show."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", text).replace("\n", "<br>")


def message(body):
    moment = datetime.fromtimestamp(body["attachments"][0]["ts"], timezone.utc)
    parts = [
        f'<div class="message"><div class="face">{BELL}</div><div>'
        f'<div><span class="who">Bellwether</span><span class="app">APP</span>'
        f'<span class="when">{moment:%H:%M}</span></div><div>{rendered(body["text"])}</div>'
    ]
    for attachment in body["attachments"]:
        linked = "" if attachment.get("title_link") else " plain"
        fields = "".join(
            f'<div class="{"" if field["short"] else "wide"}"><span class="name">{rendered(field["title"])}</span>'
            f'<br>{rendered(field["value"])}</div>'
            for field in attachment["fields"]
        )
        parts.append(
            f'<div class="attachment" style="border-color: {html.escape(attachment["color"])}">'
            f'<div class="title{linked}">{rendered(attachment["title"])}</div>'
            f'<div>{rendered(attachment["text"])}</div><div class="fields">{fields}</div>'
            f'<div class="footer">{rendered(attachment["footer"])} | {moment:%b %-d, %Y}</div></div>'
        )
    return "".join(parts) + "</div></div>"


def chromium(profile, *options):
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--force-device-scale-factor=2", f"--user-data-dir={profile}", "--virtual-time-budget=2000"]
    return subprocess.run(command + list(options), check=True, capture_output=True, text=True).stdout


def main(source, target):
    bodies = [json.loads(line) for line in pathlib.Path(source).read_text().splitlines() if line]
    measure = "<script>document.title = document.documentElement.getBoundingClientRect().height</script>"
    page = f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>" + "".join(map(message, bodies)) + measure
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "page.html")
        path.write_text(page)
        shown = chromium(f"{folder}/profile", "--window-size=760,600", "--dump-dom", path.as_uri())
        height = int(float(re.search(r"<title>([0-9.]+)</title>", shown).group(1)) + 1)
        chromium(f"{folder}/profile", f"--window-size=760,{height}", f"--screenshot={target}", path.as_uri())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
