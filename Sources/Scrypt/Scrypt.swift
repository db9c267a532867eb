internal import CCrypto

/// scrypt (RFC 7914) by the system's libcrypto, which is optimised in debug builds too: there a hash by a package that is compiled with
/// the server takes three to four times as long.
public enum Scrypt {
    /// The system's library refused: costs that make no sense, or too little memory.
    public struct Failure: Error {}

    /// - Parameters:
    ///   - rounds: N, a power of two above one.
    ///   - blockSize: r.
    ///   - parallelism: p.
    ///   - length: how many bytes the key has.
    /// - Throws: `Failure`.
    public static func key(
        of password: [UInt8], salt: [UInt8], rounds: Int, blockSize: Int, parallelism: Int, length: Int
    ) throws -> [UInt8] {
        // Negative ones are no costs, and what the C function makes of them is a very large one.
        guard let rounds = UInt64(exactly: rounds), let blockSize = UInt64(exactly: blockSize),
            let parallelism = UInt64(exactly: parallelism), length > 0
        else { throw Failure() }
        return try [UInt8](unsafeUninitializedCapacity: length) { key, count in
            // Its own limit of memory is 32 MiB, less than a hash at our costs takes.
            let isDone = EVP_PBE_scrypt(
                password.map(CChar.init(bitPattern:)), password.count, salt, salt.count, rounds, blockSize, parallelism,
                .max, key.baseAddress, length)
            guard isDone == 1 else { throw Failure() }
            count = length
        }
    }
}
