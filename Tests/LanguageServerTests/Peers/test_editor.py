"""What an editor's user sees."""

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

MOVES = "rules/moves.rules"
NAMES = "rules/names.rules"


def text_of(hover) -> str:
    return hover.contents.value


async def test_a_sound_workspace_has_no_findings(desk):
    await desk.open(MOVES)
    assert desk.codes(MOVES) == []
    assert desk.codes(NAMES) == []


async def test_a_file_is_judged_with_those_that_are_not_open(desk):
    await desk.open(MOVES, desk.text(MOVES).replace("far(2%)", "fat(2%)"))
    (finding,) = [f for f in desk.client.diagnostics[desk.uri(MOVES)] if f.code == "E020"]
    assert "unknown name `fat`" in finding.message
    assert "did you mean `far`?" in finding.message
    assert finding.source == "bellwether"
    changed = desk.text(MOVES).replace("far(2%)", "fat(2%)")
    assert desk.cut(changed, finding.range) == "fat"
    # What is no longer used is told in the other file.
    unused = desk.text(MOVES).replace("  during us after 5m\n", "")
    await desk.change(MOVES, types.TextDocumentContentChangeWholeDocument(unused))
    assert desk.codes(MOVES) == []
    assert desk.codes(NAMES) == ["W003"]


async def test_findings_follow_each_keystroke(desk):
    await desk.open(MOVES)
    text = desk.text(MOVES)
    start, end = desk.position(text, "tech"), desk.position(text, "tech", after=True)
    change = types.TextDocumentContentChangePartial(types.Range(start, end), "teck")
    await desk.change(MOVES, change)
    assert "E020" in desk.codes(MOVES)
    # Behind a character that is two units of UTF-16 and four bytes.
    start = desk.position(text, "change(price, 5m):+0.00%")
    end = desk.position(text, "price, 5m):+0.00%")
    change = types.TextDocumentContentChangePartial(types.Range(start, end), "move(")
    undo = types.TextDocumentContentChangePartial(
        types.Range(desk.position(text, "tech"), desk.position(text, "tech", after=True)), "tech"
    )
    await desk.change(MOVES, undo, change)
    assert desk.codes(MOVES) == ["E071"]
    await desk.change(MOVES, types.TextDocumentContentChangeWholeDocument(text))
    assert desk.codes(MOVES) == []


async def test_hover_tells_type_documentation_and_cost(desk):
    await desk.open(MOVES)
    change = text_of(
        await desk.client.text_document_hover_async(
            types.HoverParams(**desk.at(MOVES, "change(price, 5m)"))
        )
    )
    assert "change(x, d) -> ratio" in change
    assert "no extrapolation" in change
    assert "a ratio" in change
    assert "every point of the last 5m" in change
    pace = text_of(
        await desk.client.text_document_hover_async(types.HoverParams(**desk.at(MOVES, "pace")))
    )
    assert "let pace = volume(5m) / 5m" in pace
    assert "a value in size / duration" in pace
    tech = await desk.client.text_document_hover_async(
        types.HoverParams(**desk.at(MOVES, "tech"))
    )
    assert "list tech = AAPL, MSFT" in text_of(tech)
    assert "The big ones." in text_of(tech)
    assert desk.cut(desk.text(MOVES), tech.range) == "tech"
    during = text_of(
        await desk.client.text_document_hover_async(types.HoverParams(**desk.at(MOVES, "during")))
    )
    assert "during SESSION" in during
    rule = text_of(
        await desk.client.text_document_hover_async(types.HoverParams(**desk.at(MOVES, "fast")))
    )
    assert "every point of the last 1h" in rule


async def labels(desk, text, needle):
    """What is offered behind a piece of a text that is being written."""
    await desk.change(MOVES, types.TextDocumentContentChangeWholeDocument(text))
    offers = await desk.client.text_document_completion_async(
        types.CompletionParams(
            text_document=types.TextDocumentIdentifier(desk.uri(MOVES)),
            position=desk.position(text, needle, after=True),
        )
    )
    return [item.label for item in offers.items]


async def test_completion_knows_its_place(desk):
    await desk.open(MOVES)
    whole = desk.text(MOVES)
    head = "rule slow on tech\n  when "
    operands = await labels(desk, whole + head, head)
    assert {"change", "price", "far", "pace", "AAPL"} <= set(operands)
    assert "tech" not in operands and "us" not in operands
    assert {"tech", "all"} <= set(await labels(desk, "rule slow on ", "rule slow on "))
    assert await labels(desk, whole.replace("during us after 5m", "during "), "during ") == ["us"]
    assert await labels(desk, whole.replace("notify desk", "notify "), "notify ") == ["desk", "risk"]
    hours = await labels(desk, "session stocks = ", "= ")
    assert {"mon", "XNYS regular", "XNYS extended", "XEUR regular"} <= set(hours)
    assert "XNYS regular" in await labels(desk, "session stocks = XN", "XN")
    assert await labels(desk, "session stocks = XNYS ", "XNYS ") == ["regular", "extended"]
    series = await labels(desk, head + "avg(", "avg(")
    assert {"price", "mid"} <= set(series) and "avg" not in series
    assert "5m" in await labels(desk, head + "avg(price, ", "avg(price, ")
    slot = await labels(desk, head + 'price > 1\n  message "now {pri', "now {pri")
    assert "price" in slot
    assert await labels(desk, head + 'price > 1\n  message "now pri', "now pri") == []
    clauses = await labels(desk, head + "price > 1\n  ", "price > 1\n  ")
    assert {"until", "severity", "message", "rule", "and"} <= set(clauses)
    assert "when" not in clauses
    levels = await labels(desk, head + "price > 1\n  severity ", "severity ")
    assert levels == ["info", "warning", "critical"]
    assert await labels(desk, head + "price > 1 # pr", "# pr") == []


async def test_a_completion_replaces_what_is_typed(desk):
    await desk.open(MOVES)
    text = "rule slow on tech\n  when cha"
    await desk.change(MOVES, types.TextDocumentContentChangeWholeDocument(text))
    offers = await desk.client.text_document_completion_async(
        types.CompletionParams(
            text_document=types.TextDocumentIdentifier(desk.uri(MOVES)),
            position=desk.position(text, "cha", after=True),
        )
    )
    (change,) = [item for item in offers.items if item.label == "change"]
    assert desk.cut(text, change.text_edit.range) == "cha"
    assert "change(x, d)" in change.detail


async def test_definitions_lie_in_other_files(desk):
    await desk.open(MOVES)
    for needle, line in [("far(", "let far"), ("tech", "list tech"), ("us after", "session us")]:
        place = await desk.client.text_document_definition_async(
            types.DefinitionParams(**desk.at(MOVES, needle))
        )
        assert place.uri == desk.uri(NAMES)
        assert desk.text(NAMES).split("\n")[place.range.start.line].startswith(line)
    place = await desk.client.text_document_definition_async(
        types.DefinitionParams(**desk.at(MOVES, "desk"))
    )
    assert place.uri == desk.uri("notifiers/desk.yaml")


async def test_a_name_is_renamed_in_every_file(desk):
    await desk.open(MOVES)
    prepared = await desk.client.text_document_prepare_rename_async(
        types.PrepareRenameParams(**desk.at(MOVES, "far("))
    )
    assert prepared.placeholder == "far"
    edit = await desk.client.text_document_rename_async(
        types.RenameParams(**desk.at(MOVES, "far("), new_name="distant")
    )
    texts = desk.edited(edit)
    assert texts[MOVES] == desk.text(MOVES).replace("far(", "distant(")
    assert texts[NAMES] == desk.text(NAMES).replace("let far(", "let distant(")


async def test_a_parameter_is_renamed_in_its_body_alone(desk):
    await desk.open(MOVES)
    edit = await desk.client.text_document_rename_async(
        types.RenameParams(**desk.at(NAMES, "limit"), new_name="threshold")
    )
    assert desk.edited(edit)[NAMES] == desk.text(NAMES).replace("limit", "threshold")
    assert desk.edited(edit)[MOVES] == desk.text(MOVES)


async def test_a_rename_that_would_break_something_is_refused(desk):
    await desk.open(MOVES)
    for needle, name in [
        ("far(", "price"), ("far(", "when"), ("far(", "Far"), ("far(", "pace"), ("desk", "other"),
        ("pace", "symbol"), ("change(", "shift"), ("pace", "two words"), ("pace", ""),
    ]:
        with pytest.raises(JsonRpcException) as refusal:
            await desk.client.text_document_rename_async(
                types.RenameParams(**desk.at(MOVES, needle), new_name=name)
            )
        assert refusal.value.code in (-32602, -32803), (needle, name)


async def test_formatting_gives_the_canonical_text(desk):
    untidy = "rule  fast on tech\n when far( 2% )\n   and pace>volume(60m)/1h\n message \"x\"\n during us\n"
    await desk.open(MOVES, untidy)
    (edit,) = await desk.client.text_document_formatting_async(
        types.DocumentFormattingParams(
            types.TextDocumentIdentifier(desk.uri(MOVES)), types.FormattingOptions(2, True)
        )
    )
    assert desk.cut(untidy, edit.range) == untidy
    assert edit.new_text == (
        "rule fast on tech\n  when far(2%)\n    and pace > volume(1h) / 1h\n"
        '  during us\n  message "x"\n'
    )


async def test_text_with_errors_is_left_as_it_is(desk):
    await desk.open(MOVES, "rule  fast on tech\n  when far( \n")
    edits = await desk.client.text_document_formatting_async(
        types.DocumentFormattingParams(
            types.TextDocumentIdentifier(desk.uri(MOVES)), types.FormattingOptions(2, True)
        )
    )
    assert not edits


async def test_the_outline_lists_the_items(desk):
    await desk.open(NAMES)
    outline = await desk.client.text_document_document_symbol_async(
        types.DocumentSymbolParams(types.TextDocumentIdentifier(desk.uri(NAMES)))
    )
    assert [symbol.name for symbol in outline] == ["tech", "us", "far", "pace"]


async def test_a_finding_with_an_exact_fix_has_an_action(desk):
    untidy = desk.text(MOVES).replace("pace >", "pase >")
    await desk.open(MOVES, untidy)
    (finding,) = [f for f in desk.client.diagnostics[desk.uri(MOVES)] if f.code == "E020"]
    actions = await desk.client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(desk.uri(MOVES)),
            finding.range,
            types.CodeActionContext([finding]),
        )
    )
    (action,) = actions
    assert action.title == "Write `pace` for `pase`"
    assert desk.edited(action.edit)[MOVES] == desk.text(MOVES)


async def test_a_request_that_cannot_be_answered_gets_an_error_and_the_next_an_answer(desk):
    await desk.open(MOVES)
    with pytest.raises(JsonRpcException) as unknown:
        await desk.client.protocol.send_request_async("bellwether/nothing", {})
    assert unknown.value.code == -32601
    with pytest.raises(JsonRpcException) as missing:
        await desk.client.text_document_hover_async(
            types.HoverParams(
                types.TextDocumentIdentifier("file:///nowhere/x.rules"), types.Position(0, 0)
            )
        )
    assert missing.value.code == -32602
    desk.client.cancel_request(types.CancelParams(id=4711))
    beyond = await desk.client.text_document_hover_async(
        types.HoverParams(
            types.TextDocumentIdentifier(desk.uri(MOVES)), types.Position(9_999, 9_999)
        )
    )
    assert beyond is None


async def test_a_new_notifier_file_is_seen(desk):
    await desk.open(MOVES, desk.text(MOVES).replace("notify desk", "notify quant"))
    assert desk.codes(MOVES) == ["E037"]
    (desk.root / "notifiers/quant.yaml").write_text("kind: webhook\nurl: http://127.0.0.1:1\n")
    desk.client.workspace_did_change_watched_files(
        types.DidChangeWatchedFilesParams(
            [types.FileEvent(desk.uri("notifiers/quant.yaml"), types.FileChangeType.Created)]
        )
    )
    await desk.told(MOVES)
    assert desk.codes(MOVES) == []
