import Core
import Foundation

/// A new password. It is never an argument, because everyone on the machine can read those.
enum AskedPassword {
    /// - Parameter fromPipe: whether standard input may be a pipe that holds it.
    static func read(_ settings: Settings, fromPipe: Bool = false) throws -> Password {
        let typed = try settings.adminPassword ?? ask(fromPipe: fromPipe)
        do throws(Flaw) {
            return try Password(typed, refusing: .embedded)
        } catch {
            throw SettingsError("the password \(error.message)")
        }
    }

    /// Asks at the terminal, without echo.
    private static func ask(fromPipe: Bool) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            if fromPipe {
                if let line = readLine(), !line.isEmpty { return line }
                throw SettingsError(
                    "the password is missing: standard input is empty, and neither POLIER_ADMIN_PASSWORD nor POLIER_ADMIN_PASSWORD_FILE is set"
                )
            }
            throw SettingsError("the password is missing: set POLIER_ADMIN_PASSWORD or POLIER_ADMIN_PASSWORD_FILE")
        }
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        StandardError.write("Password: ")
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            StandardError.write("\n")
        }
        guard let password = readLine() else { throw SettingsError("no password was typed") }
        return password
    }
}
