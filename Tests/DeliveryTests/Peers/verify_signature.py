"""Reads webhooks as JSON, one a line: a key, headers and a body; prints for each what the standardwebhooks
library says of it."""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    if line.strip():
        given = json.loads(line)
        try:
            Webhook(given["key"]).verify(given["body"], given["headers"])
            print("verified")
        except WebhookVerificationError as error:
            print(error)
