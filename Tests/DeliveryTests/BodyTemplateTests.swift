import Foundation
import MarketModel
import Testing

@testable import Delivery

private func filled(_ text: String, _ notice: Notice) throws -> String {
    BodyTemplate(try BodyTemplate.node(of: text)).filled(with: notice).written
}

struct BodyTemplateTests {
    @Test(arguments: [
        ("{symbol}", "\"SPY\""), ("{at}", "1741617000123"), ("{resolved}", "false"),
        ("{values.change(price, 5m)}", "-0.021"), ("{values.nothing}", "null"),
        ("{labels.desk}", "\"a\\\"b\""),
        ("{values}", "{\"change(price, 5m)\":-0.021}"), ("{ severity }", "\"critical\""),
        ("{rule} {symbol}: {values.change(price, 5m)}{labels.none}", "\"fast_drop SPY: -0.021\""),
        ("at {at}, {{not a field}}", "\"at 1741617000123, {not a field}\""), ("", "\"\""), ("{{}}", "\"{}\""),
        ("{text}", "\"FIRING CRITICAL: SPY fell 2.1 % in 5m\""), ("{firing_for_ms}", "null"),
    ])
    func `a field alone keeps its type, among words it is text`(text: String, wanted: String) throws {
        let notice = Notice(
            transition(
                values: [.init(name: "change(price, 5m)", value: -0.021)],
                labels: [.init(name: "desk", value: "a\"b")]))
        #expect(try filled(text, notice) == wanted)
    }

    @Test func `no symbol and no message can become structure`() throws {
        for text in awkwardTexts + ["\",\"admin\":true,\"x\":\"", "{rule}", "{{", "\\\"}"] {
            let notice = Notice(transition(key: text, message: text))
            let node = BodyTemplate.Node.object([
                .init(name: "a", node: try BodyTemplate.node(of: "{symbol}")),
                .init(name: "b", node: try BodyTemplate.node(of: "x {symbol} \" {message}")),
            ])
            let body = BodyTemplate(node).filled(with: notice).written
            let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: String]
            #expect(object?.count == 2)
            #expect(object?["a"] == text)
        }
    }

    @Test func `a field that does not exist and a brace that stays open are told`() {
        #expect(throws: BodyTemplate.Fault.unknownField("symbl")) { try BodyTemplate.node(of: "x {symbl}") }
        #expect(throws: BodyTemplate.Fault.unclosedBrace) { try BodyTemplate.node(of: "x {symbol") }
        #expect(throws: BodyTemplate.Fault.unknownField("labels.")) { try BodyTemplate.node(of: "{labels.}") }
    }
}
