/// A new password: 8 to 128 characters of any kind, unless guessers try it early (NIST SP 800-63B, section 5.1.1.2): a common password, a
/// common word with digits, a keyboard pattern, or what is known about the account. Existing passwords are never checked again.
public struct Password: Sendable {
    public static let length = 8...128

    let text: String
    /// Nil for the demo's password.
    private let common: CommonPasswords?

    /// - Throws: a `Flaw` of code `wrongLength`, `commonPassword`, `commonWord` or `keyboardPattern`.
    public init(_ text: String, refusing common: CommonPasswords) throws(Flaw) {
        guard text.utf8.count <= 1024, Self.length.contains(text.count) else {
            throw Flaw(
                .wrongLength, ["min": .integer(Self.length.lowerBound), "max": .integer(Self.length.upperBound)])
        }
        if let code = common.flaw(of: Guess(text)) { throw Flaw(code) }
        (self.text, self.common) = (text, common)
    }

    /// The demo's password, which is in the README. No rule applies to it, and only `seed-demo` uses this.
    package init(ofDemo text: String) { (self.text, common) = (text, nil) }

    /// Checks that the password doesn't consist of what is known about its account. Such words may be part of it if the rest would still be
    /// accepted as a password, so that a long sentence isn't refused because a name occurs in it.
    /// - Throws: a `Flaw` with the code that `OwnWords` assigns to the words found.
    func check(against own: OwnWords) throws(Flaw) {
        guard let common else { return }
        let guess = Guess(text)
        guard let found = own.groups.first(where: { guess.holds(any: $0.words) }) else { return }
        let rest = guess.without(own.groups.flatMap(\.words))
        guard rest.isShort || common.flaw(of: rest) != nil else { return }
        throw Flaw(found.code)
    }
}

/// Passwords that are guessed first, in any spelling, and words that are guessed first with something around them.
public struct CommonPasswords: Sendable {
    private let passwords: Set<String>
    private let words: Set<String>

    /// - Parameters:
    ///   - text: passwords, one per line. Lines that begin with `#` are comments. Passwords of letters alone are words, too.
    ///   - words: words that aren't passwords by themselves, because of their length or because digits belong to them.
    public init(_ text: String, words: String = "") {
        let lines = [text, words].map { $0.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") } }
        let (passwords, others) = (lines[0].map { Guess(String($0)) }, lines[1].flatMap { Guess.spellings(String($0)) })
        self.passwords = Set((passwords + others).map(\.text))
        self.words = Set((passwords.filter(\.isOneWord) + others).map(\.text))
    }

    /// Why a guesser would try it early; nil if nothing suggests that.
    func flaw(of guess: Guess) -> Flaw.Code? {
        if guess.readings.contains(where: { passwords.contains(Guess.text($0)) }) { return .commonPassword }
        if guess.isPattern { return .keyboardPattern }
        return guess.readings.contains { isOneWord(in: $0, of: guess) } ? .commonWord : nil
    }

    /// Whether a reading consists of one common word, possibly repeated, and little else. Two different words are accepted, as the
    /// beginning of a password that is hard to guess.
    private func isOneWord(in reading: [Unicode.Scalar], of guess: Guess) -> Bool {
        var found: Set<String> = []
        var rest = guess
        for run in Guess.words(in: reading) {
            guard let word = word(of: reading[run]) else { continue }
            found.insert(word)
            rest.remove(run)
        }
        return found.count == 1 && (rest.isShort || rest.isPattern)
    }

    /// The common word that the letters spell once, or up to four times.
    private func word(of letters: ArraySlice<Unicode.Scalar>) -> String? {
        for times in 1...4 where letters.count.isMultiple(of: times) {
            let unit = letters.prefix(letters.count / times)
            let isRepeated = letters.indices.allSatisfy {
                letters[$0] == unit[unit.startIndex + ($0 - letters.startIndex) % unit.count]
            }
            if isRepeated, case let text = Guess.text(unit), words.contains(text) { return text }
        }
        return nil
    }
}

/// What password guessers know about an account.
struct OwnWords: Sendable {
    /// The words by the flaw they cause, in order of precedence.
    let groups: [(code: Flaw.Code, words: [Guess])]

    init(email: String?, firstName: String, lastName: String, company: String?) {
        groups = [
            (.holdsEmail, email.map { [Guess($0)] } ?? []),
            (.holdsCompanyName, company.map(Self.words) ?? []),
            (.holdsOwnName, Self.words(firstName) + Self.words(lastName) + Self.words("\(firstName) \(lastName)")),
            (.holdsProductName, [Guess("polier")]),
            (.holdsEmail, email.map(Self.words) ?? []),
        ]
    }

    init(_ user: User, company: String?) {
        self.init(email: user.email, firstName: user.firstName, lastName: user.lastName, company: company)
    }

    /// The length of the shortest word that counts: shorter ones are part of too many others.
    private static let shortest = 4

    /// The words of a name, and all of them as one, each in its spellings.
    private static func words(_ name: String) -> [Guess] {
        Guess.spellings(name).flatMap { $0.parts + [$0.joined] }.filter { $0.count >= shortest }
    }
}
