import Foundation

/// Standard error, for lines that may be lost: nobody who closed the other end, or lets a pipe fill up, ends the process.
/// `FileHandle.write(_:)` would, for it traps where the system refuses.
enum StandardError {
    /// In one write where the system takes it whole, so that the lines of several threads don't mix.
    static func write(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            var rest = UnsafeRawBufferPointer(utf8)
            while !rest.isEmpty {
                let count = Foundation.write(STDERR_FILENO, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
        }
    }
}
