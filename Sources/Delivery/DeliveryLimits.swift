/// Every limit of delivery with its unit and its reason.
enum DeliveryLimits {
    /// Characters of a Slack-compatible `text`: Discord's `/slack` endpoint refuses more than 2,000.
    static let text = 1900
    /// Characters of all texts of a Discord embed together: 6,000, less what the marks around them take.
    static let discordEmbed = 5500
    /// Failures in a row after which a receiver's circuit opens.
    static let circuitFailures = 5
    /// Notices that go in one digest: a generic body holds them all, at about 500 bytes each.
    static let digestNotices = 200
    /// Alerts that a digest shows one by one; the others are counted.
    static let digestLines = 10
    /// Characters of one alert's message in a digest: ten lines stay within an attachment's text.
    static let digestCell = 180
    /// Characters of an attachment's text: a Slack section holds 3,000.
    static let attachmentText = 2900
    /// Characters of an attachment's title: Discord's embeds hold 256.
    static let title = 250
    /// Characters of a field's name and value: Discord's embeds hold 256 and 1,024.
    static let fieldName = 250
    static let fieldValue = 1000
    /// Fields of an attachment: Slack shows ten.
    static let fields = 10
    /// Characters of an attachment's footer: slack_sdk refuses more than 300.
    static let footer = 300
    /// Bytes of a URL that becomes a link.
    static let link = 2000
    /// Octets of a quoted-printable line without its CR LF (RFC 2045, section 6.7).
    static let quotedPrintableLine = 76
    /// Octets of an encoded word (RFC 2047, section 2).
    static let encodedWord = 75
    /// Octets of an unfolded header line (RFC 5322, section 2.1.1).
    static let headerLine = 78
    /// Characters of an answer's body that an error quotes.
    static let answerExcerpt = 200
    /// Ids of a receiver that are remembered, so that none is taken twice: 16 bytes each.
    static let rememberedIDs = 100_000
    /// Alerts whose last fire is remembered, so that a resolve finds its thread.
    static let rememberedIncidents = 100_000
}
