import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The system's brotli encoder. It comes with libcurl nearly everywhere, but nothing depends on it: without it responses are slightly
/// larger.
struct Brotli: Sendable {
    /// `BrotliEncoderCompress` of `brotli/encode.h`: quality, window, mode, input, and the output's size and place.
    private typealias Compress =
        @convention(c) (
            CInt, CInt, CInt, Int, UnsafeRawPointer?, UnsafeMutablePointer<Int>, UnsafeMutableRawPointer?
        ) -> CInt

    private let function: Compress

    /// Nil if this machine has none. The library stays loaded until the process ends.
    static let installed: Brotli? = {
        for name in ["libbrotlienc.so.1", "libbrotlienc.1.dylib"] {
            guard let library = dlopen(name, RTLD_NOW), let symbol = dlsym(library, "BrotliEncoderCompress") else {
                continue
            }
            return Brotli(function: unsafeBitCast(symbol, to: Compress.self))
        }
        return nil
    }()

    private static let bestQuality: CInt = 11
    private static let window: CInt = 22
    private static let text: CInt = 1

    /// - Returns: nil if the result would be larger.
    func compress(_ bytes: ByteBuffer) -> ByteBuffer? {
        var output = ByteBuffer()
        var size = bytes.readableBytes
        let written = bytes.withUnsafeReadableBytes { input in
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
                let isDone = function(
                    Self.bestQuality, Self.window, Self.text, input.count, input.baseAddress, &size, memory.baseAddress)
                return isDone == 1 ? size : 0
            }
        }
        return written > 0 ? output : nil
    }
}
