/// The writing systems that characters belong to (Unicode Standard Annex #24), by their codes in ISO 15924.
enum Script {
    typealias Code = Substring

    /// The scripts that use a character; nil if it fits all of them, as digits, punctuation and most marks do.
    static func codes(of scalar: Unicode.Scalar) -> Set<Code>? {
        if scalar.properties.generalCategory == .decimalNumber { return nil }
        var (low, high) = (0, table.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if table[middle].first <= scalar.value { low = middle } else { high = middle }
        }
        return table[low].codes
    }

    private static let table: [(first: UInt32, codes: Set<Code>?)] = ranges.split(separator: ",").map { entry in
        let parts = entry.split(separator: " ")
        guard parts.count == 2, let first = UInt32(parts[0], radix: 16) else {
            preconditionFailure("\(entry) is no range of characters")
        }
        return (first, parts[1] == "*" ? nil : Set(parts[1].split(separator: "+")))
    }

    /// Whether the characters need no more than one script, or the scripts that one language uses within a word: the level "highly
    /// restrictive" of Unicode Technical Standard #39, section 5.2.
    static func fitTogether(_ scalars: some Sequence<Unicode.Scalar>) -> Bool {
        var (all, others) = (nil as Set<Code>?, nil as Set<Code>?)
        for scalar in scalars {
            guard let codes = codes(of: scalar).map(withLanguages) else { continue }
            all = all.map { $0.intersection(codes) } ?? codes
            if !codes.contains("Latn") { others = others.map { $0.intersection(codes) } ?? codes }
        }
        return all?.isEmpty != true || others?.isDisjoint(with: languages) == false
    }

    /// Japanese, Chinese with Bopomofo, and Korean, which use several scripts, including Latin letters.
    private static let languages: Set<Code> = ["Jpan", "Hanb", "Kore"]

    private static func withLanguages(_ codes: Set<Code>) -> Set<Code> {
        var codes = codes
        if codes.contains("Hani") { codes.formUnion(languages) }
        if !codes.isDisjoint(with: ["Hira", "Kana"]) { codes.insert("Jpan") }
        if codes.contains("Bopo") { codes.insert("Hanb") }
        if codes.contains("Hang") { codes.insert("Kore") }
        return codes
    }
}
