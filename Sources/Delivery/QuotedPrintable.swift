/// Quoted-printable text (RFC 2045, section 6.7) with CR LF line ends.
enum QuotedPrintable {
    static func encode(_ text: String) -> String {
        var out = ""
        for (index, line) in lines(text).enumerated() {
            if index > 0 { out += "\r\n" }
            encode(line, into: &out)
        }
        return out
    }

    /// Split at LF, CR LF or CR.
    private static func lines(_ text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var wasReturn = false
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\r") || (byte == UInt8(ascii: "\n") && !wasReturn) {
                lines.append([])
            } else if byte != UInt8(ascii: "\n") {
                lines[lines.count - 1].append(byte)
            }
            wasReturn = byte == UInt8(ascii: "\r")
        }
        return lines
    }

    private static func encode(_ line: [UInt8], into out: inout String) {
        var column = 0
        var index = 0
        while index < line.count {
            // The bytes of one scalar stay on one line, which spares lenient readers a broken character.
            var end = index + 1
            while end < line.count, line[end] & 0xc0 == 0x80 { end += 1 }
            let unit = line[index..<end].map { octet($0, isLast: end == line.count) }.joined()
            if column + unit.utf8.count > DeliveryLimits.quotedPrintableLine - (end == line.count ? 0 : 1) {
                out += "=\r\n"
                column = 0
            }
            out += unit
            column += unit.utf8.count
            index = end
        }
    }

    private static func octet(_ byte: UInt8, isLast: Bool) -> String {
        let isSpace = byte == 0x20 || byte == 0x09
        let isPrintable = (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "=")
        if isPrintable || (isSpace && !isLast) { return String(UnicodeScalar(byte)) }
        return "=" + hexadecimal(byte)
    }

    static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0\(digits)" : digits
    }
}
