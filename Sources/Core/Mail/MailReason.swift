/// Why a mail wasn't sent or didn't arrive, or why its last try failed.
public struct MailReason: Sendable, Equatable {
    public enum Code: String, Sendable, CaseIterable {
        // Reasons of this server's own.
        case noTransport = "no-transport"
        case demoMailbox = "demo-mailbox"
        case unmailableAddress = "unmailable-address"
        case linkExpired = "link-expired"
        case linkVoid = "link-void"
        case newerLink = "newer-link"
        case noLongerLow = "no-longer-low"
        case noLongerOpen = "no-longer-open"
        case noLongerAsked = "no-longer-asked"

        // Temporary reasons.
        case transportDown = "transport-down"
        case tooManyAtOnce = "too-many-at-once"
        case unreachable
        case postponed

        // Permanent reasons of the remote mail server or service.
        case refused

        /// Any of the temporary reasons, for three days. Never stored: it follows from the mail's state.
        case gaveUp = "gave-up"

        var isTemporary: Bool {
            switch self {
            case .transportDown, .tooManyAtOnce, .unreachable, .postponed: true
            case .noTransport, .demoMailbox, .unmailableAddress, .linkExpired, .linkVoid, .newerLink, .noLongerLow,
                .noLongerOpen, .noLongerAsked, .refused, .gaveUp:
                false
            }
        }

        /// One English sentence, with the names of its values in braces.
        public var sentence: String {
            switch self {
            case .noTransport: "this server has no way to send mail"
            case .demoMailbox: "the demo's people have no mailbox"
            case .unmailableAddress: "no mail can be sent to this address"
            case .linkExpired: "its link was no longer good"
            case .linkVoid: "the link was void before it was sent"
            case .newerLink: "a newer link took its place"
            case .noLongerLow: "nothing was running low any more"
            case .noLongerOpen: "the person had left by then"
            case .noLongerAsked: "what was asked for was withdrawn or answered by then"
            case .transportDown: "the mail server is down"
            case .tooManyAtOnce: "too much mail is being sent at once"
            case .unreachable, .postponed, .refused: "{answer}"
            case .gaveUp: "Gave up after three days. Last error: {lastError}"
            }
        }
    }

    private let kept: Code
    /// The remote server's message, on one line of at most 500 characters; nil if the code says it all.
    public let answer: String?
    private let hasGivenUp: Bool

    public init(_ code: Code, _ answer: String? = nil) { self.init(code, answer, gaveUp: false) }

    private init(_ code: Code, _ answer: String?, gaveUp: Bool) {
        (kept, hasGivenUp) = (code, gaveUp)
        self.answer = answer.map { Line.clean($0, max: 500) }
    }

    public var code: Code { hasGivenUp ? .gaveUp : kept }

    /// `answer`; for `.gaveUp` also `lastCode` and `lastError`: the reason of the last attempt.
    public var values: Values {
        let answer = Values.Value.text(answer ?? "")
        guard hasGivenUp else { return self.answer == nil ? [:] : ["answer": answer] }
        return ["lastCode": .text(kept.rawValue), "lastError": .text(sentence(of: kept)), "answer": answer]
    }

    /// The reason in English, for people.
    public var message: String { hasGivenUp ? values.filled(into: Code.gaveUp.sentence) : sentence(of: kept) }

    private func sentence(of code: Code) -> String {
        (["answer": .text(answer ?? "")] as Values).filled(into: code.sentence)
    }

    // MARK: Storing

    /// The columns that store a reason: its code, and the remote server's message.
    var columns: (code: String?, answer: String?) { (kept.rawValue, answer) }

    /// Nil if there is no code. An unknown code of a newer server becomes `.refused`, which shows the remote server's message.
    init?(code: String?, answer: String?, of state: Mail.State) {
        guard let code else { return nil }
        let known = Code(rawValue: code) ?? .refused
        self.init(known, answer, gaveUp: state == .failed && known.isTemporary)
    }
}
