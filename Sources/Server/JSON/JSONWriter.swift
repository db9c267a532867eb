import Core

/// Appends JSON to memory of its own. It never fails: whoever calls it keeps the order of keys and commas.
///
/// Plain memory and not an array: a site with ten materials takes some three hundred appends, and an array checks at each
/// whether it is unique and has room.
struct JSONWriter: ~Copyable {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0

    init(reserving capacity: Int = 512) {
        self.capacity = max(capacity, 64)
        memory = .allocate(capacity: self.capacity)
    }

    deinit { memory.deallocate() }

    /// What was written so far. The pointer is good for the length of the call.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: memory, count: count))
    }

    /// JSON as it is.
    mutating func raw(_ text: StaticString) { append(text.utf8Start, text.utf8CodeUnitCount) }

    /// JSON as it is.
    mutating func raw(_ encoded: [UInt8]) {
        encoded.withUnsafeBufferPointer { if let start = $0.baseAddress { append(start, $0.count) } }
    }

    mutating func null() { raw("null") }
    mutating func boolean(_ value: Bool) { value ? raw("true") : raw("false") }
    mutating func integer(_ value: Int) { raw(Array(String(value).utf8)) }

    mutating func quantity(_ value: Quantity) { count += value.write(to: room(Quantity.longestText)) }

    mutating func instant(_ value: Instant) {
        byte(UInt8(ascii: "\""))
        count += value.write(to: room(Instant.textLength))
        byte(UInt8(ascii: "\""))
    }

    mutating func day(_ value: Day) {
        byte(UInt8(ascii: "\""))
        count += value.write(to: room(Day.textLength))
        byte(UInt8(ascii: "\""))
    }

    /// A string with what JSON must escape escaped (RFC 8259 section 7).
    mutating func text(_ value: String) {
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

    // MARK: Memory

    /// Room for so many bytes after what was written.
    private mutating func room(_ more: Int) -> UnsafeMutablePointer<UInt8> {
        if count + more > capacity {
            capacity = max(capacity * 2, count + more)
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            larger.update(from: memory, count: count)
            memory.deallocate()
            memory = larger
        }
        return memory + count
    }

    private mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
        room(length).update(from: start, count: length)
        count += length
    }

    private mutating func byte(_ byte: UInt8) {
        room(1).pointee = byte
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
