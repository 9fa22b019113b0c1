import CPCRE2

/// A compiled symbol pattern: `/^BINANCE:(BTC|ETH)USDT$/` (LANGUAGE 7: it searches the whole symbol).
///
/// Compiled once with PCRE2's JIT where the machine has one. Matching is bounded, so that a pattern such as
/// `(a+)+$` costs a bounded time on any symbol; a search that reaches the bound counts as no match.
///
/// - SeeAlso: https://www.pcre.org/current/doc/html/pcre2api.html
public final class Pattern: Sendable {
    /// The text between the slashes.
    public let source: String
    /// Immutable after `init`: PCRE2 allows any number of threads to match with it at once; what a match
    /// writes lives in a block of its own.
    private nonisolated(unsafe) let code: OpaquePointer
    private nonisolated(unsafe) let limits: OpaquePointer

    /// Steps of the matcher; PCRE2's own default (ten million) is a second of one core.
    static let matchLimit: UInt32 = 1_000_000
    /// KiB of heap for one match; PCRE2's own default.
    static let heapLimit: UInt32 = 20_000

    /// - Throws: `PatternError` with PCRE2's message and the place; nothing is left behind.
    public init(_ source: String) throws(PatternError) {
        self.source = source
        var errorCode: Int32 = 0
        var errorOffset = 0
        let options = PCRE2_UTF | UInt32(PCRE2_NEVER_BACKSLASH_C)
        var text = source
        let compiled = text.withUTF8 {
            pcre2_compile_8($0.baseAddress, $0.count, options, &errorCode, &errorOffset, nil)
        }
        guard let compiled else {
            throw PatternError(message: Pattern.message(for: errorCode), offset: errorOffset)
        }
        guard let limits = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(compiled)
            throw PatternError(message: "out of memory", offset: 0)
        }
        // Without a JIT for this machine the interpreter matches the same.
        pcre2_jit_compile_8(compiled, PCRE2_JIT_COMPLETE)
        pcre2_set_match_limit_8(limits, Pattern.matchLimit)
        pcre2_set_heap_limit_8(limits, Pattern.heapLimit)
        code = compiled
        self.limits = limits
    }

    deinit {
        pcre2_match_context_free_8(limits)
        pcre2_code_free_8(code)
    }

    /// Whether the pattern matches anywhere in `text`.
    public func matches(_ text: String) -> Bool {
        guard let block = pcre2_match_data_create_8(1, nil) else { return false }
        defer { pcre2_match_data_free_8(block) }
        var text = text
        return text.withUTF8 { bytes in
            var result = pcre2_match_8(code, bytes.baseAddress, bytes.count, 0, 0, block, limits)
            if result == PCRE2_ERROR_JIT_STACKLIMIT {
                result = pcre2_match_8(
                    code, bytes.baseAddress, bytes.count, 0, PCRE2_NO_JIT, block, limits)
            }
            return result >= 0
        }
    }

    private static func message(for code: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(code, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer[..<Int(length)], as: UTF8.self) : "error \(code)"
    }
}
