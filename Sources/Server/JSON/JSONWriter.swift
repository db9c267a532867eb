import Core
import Storage

/// Appends JSON to memory of its own.
///
/// Plain memory and not an array: a site with ten materials takes some three hundred appends, and an array checks at each
/// whether it is unique and has capacity.
struct JSONWriter: FieldWriter, ~Copyable {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0
    private var needsComma = false

    init(reserving capacity: Int = 512) {
        self.capacity = max(capacity, 64)
        memory = .allocate(capacity: self.capacity)
    }

    deinit { memory.deallocate() }

    /// What was written so far. The pointer is valid during the call.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: memory, count: count))
    }

    /// How many bytes `withBytes` would show.
    var length: Int { count }

    /// Drops what was written so far, once it was taken.
    mutating func drop() { count = 0 }

    // MARK: Values

    /// An object with the fields that the value describes.
    mutating func object(_ value: borrowing some Wire) {
        byte(UInt8(ascii: "{"))
        needsComma = false
        value.describe(&self)
        byte(UInt8(ascii: "}"))
        needsComma = true
    }

    /// By place, in the array's own memory: a loop would copy each value, and a month has a thousand days.
    mutating func list<Value: Wire>(_ values: [Value]) {
        byte(UInt8(ascii: "["))
        values.withUnsafeBufferPointer { values in
            for place in values.indices {
                if place > 0 { byte(UInt8(ascii: ",")) }
                object(values[place])
            }
        }
        byte(UInt8(ascii: "]"))
    }

    /// - Parameter step: called after each value, with what was written so far.
    mutating func list(_ values: some Sequence<some Wire>, _ step: (inout JSONWriter) throws -> Void) rethrows {
        byte(UInt8(ascii: "["))
        var isFirst = true
        for value in values {
            if !isFirst { byte(UInt8(ascii: ",")) }
            isFirst = false
            object(value)
            try step(&self)
        }
        byte(UInt8(ascii: "]"))
    }

    // MARK: Objects that are written part by part

    mutating func beginObject() {
        byte(UInt8(ascii: "{"))
        needsComma = false
    }

    mutating func endObject() { byte(UInt8(ascii: "}")) }

    mutating func beginList(_ name: StaticString) {
        key(name)
        byte(UInt8(ascii: "["))
        needsComma = false
    }

    mutating func endList() {
        byte(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Adds to the list that was begun.
    mutating func add(_ value: some Wire) {
        if needsComma { byte(UInt8(ascii: ",")) }
        object(value)
    }

    // MARK: Fields of an object

    mutating func id<Noun>(_ name: StaticString, _ value: ID<Noun>?, nullable: Bool, _: @autoclosure () -> Meaning) {
        key(name)
        if let value { quoted(ID<Noun>.textLength, value.write) } else { raw("null") }
    }

    mutating func text(_ name: StaticString, _ value: String?, nullable: Bool, _: @autoclosure () -> Meaning) {
        key(name)
        if let value { quoted(value) } else { raw("null") }
    }

    mutating func choice<Value: Choice>(_ name: StaticString, _ value: Value, _: @autoclosure () -> Meaning) {
        key(name)
        quoted(value.rawValue)
    }

    mutating func choice<Value: Choice>(_ name: StaticString, orNull value: Value?, _: @autoclosure () -> Meaning) {
        key(name)
        if let value { quoted(value.rawValue) } else { raw("null") }
    }

    mutating func boolean(_ name: StaticString, _ value: Bool, _: @autoclosure () -> Meaning) {
        key(name)
        value ? raw("true") : raw("false")
    }

    mutating func integer(_ name: StaticString, _ value: Int?, nullable: Bool, _: @autoclosure () -> Meaning) {
        key(name)
        if let value { append(value) } else { raw("null") }
    }

    mutating func quantity(_ name: StaticString, _ value: Quantity?, nullable: Bool, _: @autoclosure () -> Meaning) {
        key(name)
        if let value { count += value.write(to: reserve(Quantity.longestText)) } else { raw("null") }
    }

    mutating func instant(_ name: StaticString, _ value: Instant?, nullable: Bool, _: @autoclosure () -> Meaning) {
        key(name)
        if let value { quoted(Instant.textLength, value.write) } else { raw("null") }
    }

    mutating func day(_ name: StaticString, _ value: Day?, nullable: Bool, _: @autoclosure () -> Meaning) {
        key(name)
        if let value { quoted(Day.textLength, value.write) } else { raw("null") }
    }

    mutating func object<Value: Wire>(_ name: StaticString, _ value: Value, _: @autoclosure () -> Meaning) {
        key(name)
        object(value)
    }

    mutating func object<Value: Wire>(_ name: StaticString, ifThere value: Value?, _: @autoclosure () -> Meaning) {
        guard let value else { return }
        key(name)
        object(value)
    }

    mutating func list<Value: Wire>(_ name: StaticString, _ values: [Value], _: @autoclosure () -> Meaning) {
        key(name)
        list(values)
        needsComma = true
    }

    mutating func list<Value: Wire>(_ name: StaticString, ifThere values: [Value], _: @autoclosure () -> Meaning) {
        guard !values.isEmpty else { return }
        key(name)
        list(values)
        needsComma = true
    }

    mutating func ids<Noun>(_ name: StaticString, _ values: [ID<Noun>], _: @autoclosure () -> Meaning) {
        key(name)
        elements(values) { $0.quoted(ID<Noun>.textLength, $1.write) }
    }

    mutating func choices<Value: Choice>(_ name: StaticString, _ values: [Value], _: @autoclosure () -> Meaning) {
        key(name)
        elements(values) { $0.quoted($1.rawValue) }
    }

    private mutating func elements<Value>(_ values: [Value], _ write: (inout JSONWriter, Value) -> Void) {
        byte(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { byte(UInt8(ascii: ",")) }
            write(&self, value)
        }
        byte(UInt8(ascii: "]"))
    }

    mutating func values(_ name: StaticString, _ values: Values, _: @autoclosure () -> Meaning) {
        key(name)
        byte(UInt8(ascii: "{"))
        for (index, (name, value)) in values.list.enumerated() {
            if index > 0 { byte(UInt8(ascii: ",")) }
            quoted(name)
            byte(UInt8(ascii: ":"))
            switch value {
            case .text(let text): quoted(text)
            case .integer(let integer): append(integer)
            case .quantity(let quantity): count += quantity.write(to: reserve(Quantity.longestText))
            case .instant(let instant): quoted(Instant.textLength, instant.write)
            }
        }
        byte(UInt8(ascii: "}"))
    }

    /// - Parameter name: plain letters, nothing to escape.
    private mutating func key(_ name: StaticString) {
        let length = name.utf8CodeUnitCount
        // With a comma, two quotes and a colon.
        var end = reserve(length + 4)
        if needsComma {
            end.pointee = UInt8(ascii: ",")
            end += 1
        }
        needsComma = true
        end.pointee = UInt8(ascii: "\"")
        (end + 1).update(from: name.utf8Start, count: length)
        end += length + 1
        end.pointee = UInt8(ascii: "\"")
        end[1] = UInt8(ascii: ":")
        count = end - memory + 2
    }

    /// At most `length` characters that need no escape.
    @inline(__always)
    private mutating func quoted(_ length: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
        byte(UInt8(ascii: "\""))
        count += write(reserve(length))
        byte(UInt8(ascii: "\""))
    }

    /// A string with what JSON must escape escaped (RFC 8259 section 7).
    mutating func quoted(_ value: String) {
        byte(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { utf8 in
            guard let start = utf8.baseAddress else { return }
            if needsNoEscape(utf8) {
                append(start, utf8.count)
            } else {
                for byte in utf8 { escaped(byte) }
            }
        }
        byte(UInt8(ascii: "\""))
    }

    private mutating func append(_ integer: Int) {
        // The digits of the largest, and a sign.
        let most = 20
        let end = reserve(most) + most
        var (start, rest) = (end, integer.magnitude)
        repeat {
            start -= 1
            start.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if integer < 0 {
            start -= 1
            start.pointee = UInt8(ascii: "-")
        }
        let length = end - start
        (memory + count).update(from: start, count: length)
        count += length
    }

    // MARK: Memory

    @inline(__always)
    private mutating func raw(_ text: StaticString) { append(text.utf8Start, text.utf8CodeUnitCount) }

    /// Memory for so many bytes after what was written.
    @inline(__always)
    private mutating func reserve(_ more: Int) -> UnsafeMutablePointer<UInt8> {
        if count + more > capacity { grow(by: more) }
        return memory + count
    }

    private mutating func grow(by more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: memory, count: count)
        memory.deallocate()
        memory = larger
    }

    @inline(__always)
    private mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
        reserve(length).update(from: start, count: length)
        count += length
    }

    @inline(__always)
    private mutating func byte(_ byte: UInt8) {
        reserve(1).pointee = byte
        count += 1
    }

    // MARK: Escaping

    private mutating func escaped(_ value: UInt8) {
        switch value {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case UInt8(ascii: "\n"): raw("\\n")
        case UInt8(ascii: "\r"): raw("\\r")
        case UInt8(ascii: "\t"): raw("\\t")
        case 0..<0x20:
            let digits: StaticString = "0123456789abcdef"
            raw("\\u00")
            byte(digits.utf8Start[Int(value >> 4)])
            byte(digits.utf8Start[Int(value & 15)])
        default: byte(value)
        }
    }
}

/// Whether a string holds no quote, no backslash and no control character.
private func needsNoEscape(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    var found: UInt8 = 0
    for byte in utf8 {
        found |= (byte < 0x20 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0) | (byte == UInt8(ascii: "\\") ? 1 : 0)
    }
    return found == 0
}
