extension String {
    /// The text with the picture of each control character in its place (`␛` for ESC), so that a terminal
    /// shows it and does not obey it. Line feeds and tabs stay; no column moves.
    public var withControlPictures: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
        }
        guard unicodeScalars.contains(where: isControl) else { return self }
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case _ where !isControl(scalar): text.append(scalar)
            case 0..<0x20: text.append(Unicode.Scalar(UInt16(0x2400 + scalar.value)) ?? "\u{fffd}")
            case 0x7f: text.append("\u{2421}")
            default: text.append("\u{fffd}")
            }
        }
        return String(text)
    }
}
