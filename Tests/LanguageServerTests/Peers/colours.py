"""Colours a rule file with an independent TextMate engine: prints each token with its innermost scope."""

import json
import logging
import sys

from textmate_grammar.parsers.base import LanguageParser

logging.disable(logging.CRITICAL)
grammar, source = sys.argv[1:]
with open(grammar) as file:
    parser = LanguageParser(json.load(file))
with open(source) as file:
    text = file.read()
lines = text.split("\n")
tree = parser.parse_string(text)
for (line, column), token, scopes in tree.flatten() if tree else []:
    if token.strip():
        print(f"{line + 1}:{column + 1}\t{token.strip()}\t{scopes[-1]}")
