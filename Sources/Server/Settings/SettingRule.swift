/// The texts that a setting takes, and their values.
struct SettingRule<Value: Sendable>: Sendable {
    /// The value if nothing is set.
    let fallback: Value
    /// The same as text, if it has one.
    let defaultText: String?
    /// Nil for an invalid text.
    private let read: @Sendable (String) -> Value?
    /// The words after "it must" in the sentence about an invalid text.
    private let need: String

    init(
        default fallback: Value, _ defaultText: String?, must need: String = "",
        read: @escaping @Sendable (String) -> Value?
    ) {
        (self.fallback, self.defaultText, self.need, self.read) = (fallback, defaultText, need, read)
    }

    /// - Throws: `SettingsError` for an invalid text.
    func value(of text: String?, for setting: any AnySetting) throws -> Value {
        guard let text else { return fallback }
        guard let value = read(text) else { throw SettingsError(setting, is: text, must: need) }
        return value
    }

    /// The same texts with other values.
    func map<Other: Sendable>(_ change: @escaping @Sendable (Value) -> Other) -> SettingRule<Other> {
        let read = read
        return .init(default: change(fallback), defaultText, must: need) { read($0).map(change) }
    }
}

extension SettingRule where Value == String? {
    static var text: Self { .init(default: nil, nil) { $0 } }
}

extension SettingRule where Value == String {
    static func text(default fallback: String) -> Self {
        .init(default: fallback, fallback.isEmpty ? nil : fallback) { $0 }
    }
}

extension SettingRule where Value == Int {
    static func number(_ range: ClosedRange<Int>, default fallback: Int) -> Self {
        .init(default: fallback, "\(fallback)", must: Self.need(range)) { Self.number($0, range) }
    }

    fileprivate static func need(_ range: ClosedRange<Int>) -> String {
        "be a whole number from \(range.lowerBound) to \(range.upperBound)"
    }

    fileprivate static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}

extension SettingRule where Value == Int? {
    /// Nil if it isn't set.
    static func number(_ range: ClosedRange<Int>) -> Self {
        .init(default: nil, nil, must: SettingRule<Int>.need(range)) {
            SettingRule<Int>.number($0, range).map(Optional.some)
        }
    }
}

extension SettingRule where Value == Duration {
    static func seconds(_ range: ClosedRange<Int>, default fallback: Int) -> Self {
        SettingRule<Int>.number(range, default: fallback).map { .seconds($0) }
    }
}

extension SettingRule where Value: Equatable {
    static func choice(_ choices: [(word: String, value: Value)], default fallback: Value) -> Self {
        .init(
            default: fallback, choices.first { $0.value == fallback }?.word,
            must: "be one of \(choices.map(\.word).joined(separator: ", "))"
        ) { text in choices.first { $0.word == text }?.value }
    }
}

extension SettingRule where Value == Bool {
    static func truth(default fallback: Bool) -> Self {
        .choice([("true", true), ("false", false)], default: fallback)
    }
}

extension SettingRule where Value: Equatable & CaseIterable & RawRepresentable<String> {
    static func oneOfAll(default fallback: Value) -> Self {
        .choice(Value.allCases.map { ($0.rawValue, $0) }, default: fallback)
    }
}
