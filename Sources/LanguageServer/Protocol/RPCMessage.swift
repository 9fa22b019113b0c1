/// What a client asks or tells (JSON-RPC 2.0).
struct RPCMessage {
    /// nil: a notification, which is never answered.
    var id: JSONValue?
    var method: String
    var parameters: JSONValue

    /// What a message is, if it is one.
    enum Reading {
        case call(RPCMessage)
        /// A client's answer to a request of ours.
        case answer
        case refused(RPCFailure, id: JSONValue)
    }

    static func read(_ text: [UInt8]) -> Reading {
        guard let value = try? JSONValue(parsing: text) else {
            return .refused(RPCFailure(.parseError, "this is no JSON text"), id: .null)
        }
        guard case .object(let members) = value else {
            return .refused(RPCFailure(.invalidRequest, "a message is one JSON object"), id: .null)
        }
        let id = members["id"]
        switch id {
        case nil, .null, .integer, .string: break
        default: return .refused(RPCFailure(.invalidRequest, "an id is a number or a string"), id: .null)
        }
        guard let method = value["method"] else {
            if members["result"] != nil || members["error"] != nil { return .answer }
            return .refused(RPCFailure(.invalidRequest, "the message has no method"), id: id ?? .null)
        }
        guard let name = method.string else {
            return .refused(RPCFailure(.invalidRequest, "a method is a string"), id: id ?? .null)
        }
        return .call(RPCMessage(id: id, method: name, parameters: value["params"] ?? .object([:])))
    }

    static func result(_ value: JSONValue, id: JSONValue) -> JSONValue {
        .object(["jsonrpc": "2.0", "id": id, "result": value])
    }

    static func notification(_ method: String, _ parameters: JSONValue) -> JSONValue {
        .object(["jsonrpc": "2.0", "method": .string(method), "params": parameters])
    }

    static func request(_ method: String, id: String, _ parameters: JSONValue) -> JSONValue {
        .object(["jsonrpc": "2.0", "id": .string(id), "method": .string(method), "params": parameters])
    }
}

/// Why a request has no result.
struct RPCFailure: Error, Equatable {
    /// Numbers of JSON-RPC 2.0 and of the Language Server Protocol 3.17.
    enum Code: Int {
        case parseError = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParameters = -32602
        case notInitialized = -32002
        /// The request is well formed, and cannot be carried out.
        case requestFailed = -32803
    }

    var code: Code
    var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    func answer(to id: JSONValue) -> JSONValue {
        .object([
            "jsonrpc": "2.0", "id": id,
            "error": ["code": .integer(code.rawValue), "message": .string(message)],
        ])
    }
}
