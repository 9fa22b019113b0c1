import Diagnostics
import RuleSyntax

/// Makes the checker's diagnostics. Their texts are written here and in the extensions beside it, and
/// nowhere else: a message stands alone, the span is the smallest that is wrong, `help` spells the fix out.
enum Fault {
    static func tooLarge(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .tooLarge, "this expression is too large once every `let` is written out", at: span,
            help: "name a part of it with `series`: a series is computed once, however often it is used")
    }
}
