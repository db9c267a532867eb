import CPostgres
import Storage

/// The object ids of the types that are bound and read: https://www.postgresql.org/docs/15/catalog-pg-type.html.
enum TypeID {
    static let boolean: Oid = 16
    static let bytes: Oid = 17
    static let name: Oid = 19
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let varchar: Oid = 1043
}

/// A statement's values in the form libpq sends: binary, each with its type. One per connection; its memory is reused
/// for every statement, because libpq copies the values.
final class Parameters {
    private(set) var count = 0
    private(set) var types: UnsafeMutablePointer<Oid>
    private(set) var pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private(set) var lengths: UnsafeMutablePointer<Int32>
    private(set) var formats: UnsafeMutablePointer<Int32>
    /// Distinguishes statements with the same text but different types. Exact up to 27 values.
    private(set) var signature: UInt64 = 0

    private var capacity = 32
    private var memory: UnsafeMutableRawPointer
    private var memorySize = 4096

    init() {
        types = .allocate(capacity: capacity)
        pointers = .allocate(capacity: capacity)
        lengths = .allocate(capacity: capacity)
        formats = .allocate(capacity: capacity)
        memory = .allocate(byteCount: memorySize, alignment: 8)
    }

    deinit {
        release()
        memory.deallocate()
    }

    func fill(with values: [SQLValue]) {
        reserve(values)
        count = values.count
        signature = 0
        var used = 0
        for index in 0..<count {
            let value = values[index]
            let start = memory + used
            var length = 0
            switch value {
            case .text(var text):
                length = text.withUTF8 { utf8 in
                    start.copyMemory(from: UnsafeRawBufferPointer(utf8))
                    return utf8.count
                }
            case .integer(let integer):
                start.storeBytes(of: integer.bigEndian, as: Int64.self)
                length = 8
            case .boolean(let boolean):
                start.storeBytes(of: boolean ? 1 : 0, as: UInt8.self)
                length = 1
            case .bytes(let bytes):
                bytes.withUnsafeBytes { start.copyMemory(from: $0) }
                length = bytes.count
            case .null:
                break
            }
            types[index] = value.type.id
            formats[index] = 1
            lengths[index] = Int32(length)
            if case .null = value {
                pointers[index] = nil
            } else {
                pointers[index] = UnsafePointer(start.assumingMemoryBound(to: CChar.self))
            }
            signature = signature &* 5 &+ value.type.code
            used += length
        }
    }

    private func reserve(_ values: [SQLValue]) {
        var bytes = 8
        for value in values {
            switch value {
            case .text(let text): bytes += text.utf8.count
            case .bytes(let array): bytes += array.count
            case .integer, .boolean, .null: bytes += 8
            }
        }
        // A large value's memory isn't kept permanently: the next small statement releases it.
        if bytes > memorySize || (memorySize > 1 << 20 && bytes <= 4096) {
            memory.deallocate()
            memorySize = max(4096, bytes)
            memory = .allocate(byteCount: memorySize, alignment: 8)
        }
        if values.count > capacity {
            release()
            capacity = values.count
            types = .allocate(capacity: capacity)
            pointers = .allocate(capacity: capacity)
            lengths = .allocate(capacity: capacity)
            formats = .allocate(capacity: capacity)
        }
    }

    private func release() {
        types.deallocate()
        pointers.deallocate()
        lengths.deallocate()
        formats.deallocate()
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func copyMemory(from source: UnsafeRawBufferPointer) {
        guard let base = source.baseAddress else { return }
        copyMemory(from: base, byteCount: source.count)
    }
}

extension SQLType {
    fileprivate var id: Oid {
        switch self {
        case .text: TypeID.text
        case .integer: TypeID.int8
        case .boolean: TypeID.boolean
        case .bytes: TypeID.bytes
        }
    }

    fileprivate var code: UInt64 {
        switch self {
        case .text: 1
        case .integer: 2
        case .boolean: 3
        case .bytes: 4
        }
    }
}
