import Core
import Foundation

/// A new password: of a setting, or a line of standard input. It is never an argument, because everyone on the machine can read those.
enum AskedPassword {
    /// The most bytes that are read: as many as a password has at most, and the line's end.
    private static let mostBytes = 1026

    /// - Throws: `SettingsError` if there is none, it isn't UTF-8, or it breaks a rule of `Password`.
    static func read(_ settings: Settings) throws -> Password {
        let typed = try settings.adminPassword ?? ask()
        do throws(Flaw) {
            return try Password(typed, refusing: .embedded)
        } catch {
            throw SettingsError("the password \(error.message)")
        }
    }

    /// Asks at a terminal, without echo.
    private static func ask() throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = try line(), !line.isEmpty else {
                throw SettingsError(
                    "the password is missing: standard input is empty, and neither POLIER_ADMIN_PASSWORD nor POLIER_ADMIN_PASSWORD_FILE is set"
                )
            }
            return line
        }
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        StandardError.write(
            "New password, \(Password.length.lowerBound) to \(Password.length.upperBound) characters: ")
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            StandardError.write("\n")
        }
        guard let password = try line(), !password.isEmpty else { throw SettingsError("no password was typed") }
        return password
    }

    /// The first line of standard input without its end (LF or CR LF); blanks belong to the password. Nil at the end of the input.
    private static func line() throws -> String? {
        var (bytes, byte): ([UInt8], UInt8) = ([], 0)
        while bytes.count < mostBytes {
            let count = Foundation.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw SettingsError("the password can't be read: \(String(cString: strerror(errno)))")
            }
            if count == 0, bytes.isEmpty { return nil }
            if count == 0 || byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        if byte == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        // Cut within a character perhaps, and too long anyway.
        if bytes.count == mostBytes { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError("the password isn't UTF-8")
        }
        return text
    }
}
