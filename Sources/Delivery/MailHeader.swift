internal import Foundation
internal import MarketModel

/// Header lines of a mail.
enum MailHeader {
    /// A header whose value is free text: as it is when it is short ASCII, else in encoded words (RFC 2047).
    static func text(_ name: String, _ value: String) -> String {
        let clean = oneLine(value)
        let isASCII = clean.unicodeScalars.allSatisfy { (0x20...0x7e).contains($0.value) }
        let fits = name.utf8.count + 2 + clean.utf8.count <= DeliveryLimits.headerLine
        if isASCII, fits, !clean.contains("=?") { return "\(name): \(clean)" }
        return "\(name): " + encodedWords(clean, firstLineUsed: name.utf8.count + 2)
    }

    /// A header whose value is a structure of ours (ids, tokens): only line ends are taken out.
    static func structured(_ name: String, _ value: String) -> String { "\(name): \(oneLine(value))" }

    static func mailboxes(_ name: String, _ mailboxes: [Mailbox]) -> String {
        "\(name): "
            + mailboxes.map { mailbox($0, firstLineUsed: name.utf8.count + 2) }.joined(separator: ",\r\n ")
    }

    private static func mailbox(_ mailbox: Mailbox, firstLineUsed: Int) -> String {
        let name = oneLine(mailbox.displayName)
        if name.isEmpty { return mailbox.address }
        let isASCII = name.unicodeScalars.allSatisfy { (0x20...0x7e).contains($0.value) }
        if isASCII, name.utf8.count <= 40, !name.contains("=?") {
            let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(quoted)\" <\(mailbox.address)>"
        }
        return encodedWords(name, firstLineUsed: firstLineUsed) + "\r\n <\(mailbox.address)>"
    }

    /// Line ends and other control characters become one space: no value may start a header of its own.
    static func oneLine(_ value: String) -> String {
        var out = ""
        var pendingSpace = false
        for scalar in value.unicodeScalars {
            let isBreak =
                scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028
                || scalar.value == 0x2029
            if isBreak || scalar == " " {
                pendingSpace = true
            } else {
                if pendingSpace, !out.isEmpty { out += " " }
                pendingSpace = false
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func encodedWords(_ text: String, firstLineUsed: Int) -> String {
        // "=?UTF-8?B?" and "?=" leave 63 characters for Base64 in a word of 75, hence 45 bytes.
        var words: [String] = []
        var room = max(15, (DeliveryLimits.encodedWord - firstLineUsed - 12) / 4 * 3)
        var chunk: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if chunk.count + bytes.count > room {
                words.append(encodedWord(chunk))
                chunk = []
                room = 45
            }
            chunk += bytes
        }
        words.append(encodedWord(chunk))
        return words.joined(separator: "\r\n ")
    }

    private static func encodedWord(_ bytes: [UInt8]) -> String {
        "=?UTF-8?B?\(Data(bytes).base64EncodedString())?="
    }

    /// `Mon, 10 Mar 2025 14:30:00 +0000` (RFC 5322, section 3.3).
    static func date(_ time: Timestamp) -> String {
        let day = CivilDate(daysSinceEpoch: time.milliseconds.floorDivided(by: 86_400_000))
        let weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day.weekday - 1]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = time.description.dropFirst(time.description.count - 13).prefix(8)
        return "\(weekday), \(day.day) \(months[day.month - 1]) \(day.year) \(clock) +0000"
    }
}
