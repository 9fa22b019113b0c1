import Diagnostics

extension Lexer {
    /// NUMBER, PERCENT, BASISPOINTS, DURATION or CLOCK.
    mutating func number() -> Token {
        let start = position
        var stop = digits(from: start)
        if !isSlot, byte(at: stop) == UInt8(ascii: ":"), byte(at: stop + 1).isDigit { return clock() }
        var hasFraction = false
        if byte(at: stop) == UInt8(ascii: "."), byte(at: stop + 1).isDigit {
            hasFraction = true
            stop = digits(from: stop + 1)
        }
        if hasFraction, byte(at: stop) == UInt8(ascii: "."), byte(at: stop + 1).isDigit { return dotted() }
        let symbolLike = symbolLength(from: start)
        if symbolLike > 0 {
            return take(symbolLike, .invalid, .numericSymbol(string(start..<start + symbolLike)))
        }
        let digitText = string(start..<stop)
        let suffix = string(stop..<stop + wordLength(from: stop))
        let length = stop - start + suffix.utf8.count
        if length > SyntaxLimits.numberText {
            return take(length, .number(text: "0", value: 0), .numberTooLarge)
        }
        switch suffix {
        case "":
            if byte(at: stop) == UInt8(ascii: "%") {
                return scaled(digitText, exponent: -2, length: length + 1) { .percent(text: $0, value: $1) }
            }
            return scaled(digitText, exponent: 0, length: length) { .number(text: $0, value: $1) }
        case "bp":
            return scaled(digitText, exponent: -4, length: length) { .basisPoints(text: $0, value: $1) }
        case "k", "mn", "bn":
            let exponent = suffix == "k" ? 3 : suffix == "mn" ? 6 : 9
            return scaled(digitText, exponent: exponent, length: length) {
                .number(text: $0 + suffix, value: $1)
            }
        default:
            return duration(string(start..<start + length), length: length, hasFraction: hasFraction)
        }
    }

    /// `1.2.3`
    private mutating func dotted() -> Token {
        var stop = position
        while byte(at: stop).isDigit || byte(at: stop) == UInt8(ascii: ".") && byte(at: stop + 1).isDigit {
            stop += 1
        }
        stop += wordLength(from: stop)
        let fix = "a number has one decimal point and no separators"
        return take(stop - position, .invalid, .malformedNumber(string(position..<stop), fix: fix))
    }

    private func digits(from offset: Int) -> Int {
        var stop = offset
        while byte(at: stop).isDigit { stop += 1 }
        return stop
    }

    /// `7203.T`, `0700.HK`, `1INCH`: a symbol that needs back-quotes; 0 where it is none.
    private func symbolLength(from start: Int) -> Int {
        let first = digits(from: start)
        var stop = first
        var letters = 0
        func part() {
            while byte(at: stop).isUpper || byte(at: stop).isDigit || byte(at: stop) == UInt8(ascii: "_") {
                letters += byte(at: stop).isUpper ? 1 : 0
                stop += 1
            }
        }
        part()
        let isPointed = stop == first && byte(at: stop) == UInt8(ascii: ".")
        while Self.isSeparator(byte(at: stop)), byte(at: stop + 1).isUpper {
            stop += 1
            part()
        }
        // `5M` is rather a number with a wrong suffix, `5-A` a difference.
        guard isPointed ? letters > 0 : letters > 2 else { return 0 }
        return wordLength(from: stop) > 0 ? 0 : stop - start
    }

    /// The exact decimal text times a power of ten, rounded once.
    private mutating func scaled(
        _ digits: String, exponent: Int, length: Int, _ kind: (String, Double) -> Token.Kind
    ) -> Token {
        guard let value = Double("\(digits)e\(exponent)"), value.isFinite else {
            return take(length, kind("0", 0), .numberTooLarge)
        }
        return take(length, kind(digits, value))
    }

    /// `1h30m`; anything else here is a number with letters that mean nothing.
    private mutating func duration(_ spelling: String, length: Int, hasFraction: Bool) -> Token {
        switch hasFraction ? nil : DurationSpelling.milliseconds(spelling) {
        case .some(.exact(let milliseconds)): return take(length, .duration(milliseconds))
        case .some(.tooLong): return take(length, .duration(1), .durationTooLong)
        case nil:
            let fix = NumberFix(of: spelling)
            let sign = byte(at: position + length) == UInt8(ascii: "%") ? 1 : 0
            var token = take(length + sign, fix.kind ?? .invalid, .malformedNumber(spelling, fix: fix.text))
            token.isSpoilt = fix.kind == nil
            return token
        }
    }

    /// `09:00-17:30`.
    private mutating func clock() -> Token {
        let start = position
        var stop = start
        while byte(at: stop).isDigit || byte(at: stop) == UInt8(ascii: ":")
            || byte(at: stop) == UInt8(ascii: "-")
        {
            stop += 1
        }
        stop += wordLength(from: stop)
        let ends = string(start..<stop).split(separator: "-", omittingEmptySubsequences: false).map(minutes)
        if ends.count == 2, let open = ends[0], let close = ends[1] {
            return take(stop - start, .clock(open: open, close: close))
        }
        return take(stop - start, .clock(open: 0, close: 1), .malformedClock)
    }

    private func minutes(_ spelling: Substring) -> Int? {
        let parts = spelling.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 2, parts[1].count == 2, let hours = Int(parts[0]),
            let minutes = Int(parts[1]), 0...24 ~= hours, 0...59 ~= minutes, hours < 24 || minutes == 0
        else { return nil }
        return hours * 60 + minutes
    }
}
