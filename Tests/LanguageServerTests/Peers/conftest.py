"""The built server, driven by pytest-lsp with what real editors say that they understand."""

import os
import pathlib

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

EDITORS = ["visual-studio-code", "neovim", "emacs"]
SERVER = os.environ["BELLWETHER_BINARY"]

FILES = {
    "notifiers/desk.yaml": "kind: webhook\nurl: http://127.0.0.1:1/desk\n",
    "notifiers/risk.yaml": "kind: webhook\nurl: http://127.0.0.1:1/risk\n",
    "rules/names.rules": (
        "## The big ones.\n"
        "list tech = AAPL, MSFT\n\n"
        'session us = mon-fri 09:30-16:00 "America/New_York"\n\n'
        "## How far is far.\n"
        "let far(limit: ratio) = abs(change(price, 5m)) >= limit\n\n"
        "let pace = volume(5m) / 5m\n"
    ),
    "rules/moves.rules": (
        "# Zürich 😀 is not ASCII\n"
        "rule fast on tech\n"
        "  when far(2%) and pace > volume(1h) / 1h\n"
        "  during us after 5m\n"
        "  notify desk\n"
        '  message "😀 {symbol} {change(price, 5m):+0.00%}"\n'
    ),
}


class Desk:
    """An editor with a workspace open."""

    def __init__(self, client: LanguageClient, root: pathlib.Path):
        self.client = client
        self.root = root
        self.versions: dict[str, int] = {}
        self.encoding = client.negotiated

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def text(self, name: str) -> str:
        return (self.root / name).read_text()

    def position(self, text: str, needle: str, after: bool = False) -> types.Position:
        """Where a piece of text begins or ends, in the negotiated encoding."""
        index = text.index(needle) + (len(needle) if after else 0)
        line = text.count("\n", 0, index)
        head = text[text.rfind("\n", 0, index) + 1 : index]
        if self.encoding == types.PositionEncodingKind.Utf8:
            return types.Position(line, len(head.encode()))
        return types.Position(line, len(head.encode("utf-16-le")) // 2)

    def at(self, name: str, needle: str, after: bool = False) -> dict:
        document = types.TextDocumentIdentifier(self.uri(name))
        return {
            "text_document": document,
            "position": self.position(self.text(name), needle, after),
        }

    async def open(self, name: str, text: str | None = None) -> None:
        self.versions[name] = 1
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                types.TextDocumentItem(
                    self.uri(name), "bellwether", 1, text if text is not None else self.text(name)
                )
            )
        )
        await self.told(name)

    async def change(self, name: str, *changes) -> None:
        self.versions[name] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(document, list(changes))
        )
        await self.told(name)

    async def told(self, name: str) -> None:
        """Until the document's findings come."""
        while True:
            told = await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
            if told.uri == self.uri(name) and told.version == self.versions[name]:
                break
        # What is told of other documents is sent with it, before the answer to what is asked now.
        await self.client.text_document_document_symbol_async(
            types.DocumentSymbolParams(types.TextDocumentIdentifier(self.uri(name)))
        )

    def codes(self, name: str) -> list[str]:
        return [finding.code for finding in self.client.diagnostics.get(self.uri(name), [])]

    def cut(self, text: str, span: types.Range) -> str:
        """The text of a range, in the negotiated encoding."""

        def index(position: types.Position) -> int:
            lines = text.split("\n")
            before = sum(len(line) + 1 for line in lines[: position.line])
            for count in range(len(lines[position.line]) + 1):
                head = lines[position.line][:count]
                width = (
                    len(head.encode())
                    if self.encoding == types.PositionEncodingKind.Utf8
                    else len(head.encode("utf-16-le")) // 2
                )
                if width == position.character:
                    return before + count
            raise AssertionError(f"no character {position} in {lines[position.line]!r}")

        return text[index(span.start) : index(span.end)]

    def edited(self, edit: types.WorkspaceEdit) -> dict[str, str]:
        """The workspace's texts after an edit."""
        by_uri: dict[str, list] = dict(edit.changes or {})
        for change in edit.document_changes or []:
            by_uri[change.text_document.uri] = change.edits
        result = {}
        for name in FILES:
            text = self.text(name)
            edits = by_uri.get(self.uri(name), [])
            for one in sorted(
                edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True
            ):
                old = self.cut(text, one.range)
                head = text[: self._index(text, one.range.start)]
                text = head + one.new_text + text[len(head) + len(old) :]
            result[name] = text
        return result

    def _index(self, text: str, position: types.Position) -> int:
        start = types.Position(0, 0)
        return len(self.cut(text, types.Range(start, position)))


@pytest.fixture
def root(tmp_path: pathlib.Path) -> pathlib.Path:
    # A name that a URI must escape.
    folder = tmp_path / "a desk, 100% ä"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest_lsp.fixture(
    params=EDITORS, config=ClientServerConfig(server_command=[SERVER, "language-server"])
)
async def client(request, lsp_client: LanguageClient, root: pathlib.Path):
    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(parameters: types.RegistrationParams) -> None:
        lsp_client.registrations = parameters.registrations

    result = await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param),
            workspace_folders=[types.WorkspaceFolder(root.as_uri(), "desk")],
        )
    )
    lsp_client.negotiated = result.capabilities.position_encoding
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def desk(client: LanguageClient, root: pathlib.Path) -> Desk:
    return Desk(client, root)
