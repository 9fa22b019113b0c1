public import MarketModel
import StateStore

/// `bellwether outbox retry` and `drop`: what somebody decides about notices, in the state file; a running
/// instance sees it there within a second.
public struct OutboxChange: Sendable {
    public enum Action: Sendable {
        case retry, drop
    }

    private let action: Action
    private let request: OutboxRequest
    private let console: Console

    public init(_ action: Action, _ request: OutboxRequest, console: Console) {
        self.action = action
        self.request = request
        self.console = console
    }

    /// - Returns: `.findings` when a number that was named is not there.
    public func run(at now: Timestamp) throws(CommandFailure) -> CommandStatus {
        if request.numbers.isEmpty, request.receiver == nil, !request.all {
            throw CommandFailure(
                .usage, "nothing is chosen",
                help: "numbers as `bellwether outbox list` shows them, --receiver NAME, or --all")
        }
        let file = try request.open()
        let rows = try OutboxRow.all(of: file)
        var status = CommandStatus.success
        for number in request.numbers where !rows.contains(where: { $0.number == number }) {
            console.say("there is no notice \(number)")
            status = .findings
        }
        let chosen = rows.filter(isChosen)
        do {
            switch action {
            case .retry:
                for row in chosen where row.state == .queued {
                    console.say("\(row.number) is queued: it is tried by itself")
                }
                let letters = chosen.filter { $0.state == .dead }.map(\.number)
                let back = try file.redrive(letters, at: now)
                console.say(
                    "\(back.count.counted("dead letter")) queued again"
                        + (back.isEmpty ? "" : "; a running instance sends them, or the next one"))
            case .drop:
                let gone = try file.discard(chosen.map(\.number))
                console.say("\(gone.count.counted("notice")) dropped")
            }
        } catch {
            throw CommandFailure(error)
        }
        return status
    }

    /// A number chooses whatever it is; `--receiver` and `--all` mean dead letters, with `--queued` all.
    private func isChosen(_ row: OutboxRow) -> Bool {
        if request.numbers.contains(row.number) { return true }
        guard request.receiver.map({ $0 == row.receiver }) ?? request.all else { return false }
        return row.state == .dead || request.queued
    }
}
