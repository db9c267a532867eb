import ArgumentParser
import Core
import Foundation
import Storage

@main
struct Polier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "polier",
        abstract: "Building sites for trades companies: who works where, and how much material is left.",
        discussion: """
            A setting is an environment variable (POLIER_…), a line of the file that --config names, or, for most that \
            aren't secret, a flag of the commands that use it. The database URL, passwords and keys can also be read from files: POLIER_DATABASE_URL_FILE names one.
            """,
        version: "polier \(Release.version)",
        subcommands: [
            Serve.self, Migrate.self, CreateAdmin.self, PasswordLink.self, SeedDemo.self, Copy.self, BackUp.self,
            Restore.self, ReportFailure.self, Check.self, DescribeAPI.self, MailCommand.self, CompanyCommand.self,
            OperatorCommand.self, VerifyCommand.self, CreateKey.self, ResetFactor.self, WebCommand.self, Version.self,
        ])

    static func main() async {
        stopOnSignalsInContainers()
        // The reader of a command's output may end before the command.
        signal(SIGPIPE, SIG_IGN)
        fillStandardDescriptors()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as SettingsError {
            fail(error.description)
        } catch let error as SchemaRefusal {
            fail(error.description)
        } catch let refusal as CopyRefusal {
            fail(refusal.description)
        } catch let error as StorageError {
            fail(error.detail)
        } catch let refusal as Refusal {
            fail(refusal.message)
        } catch {
            StandardError.flush()
            exit(withError: error)
        }
        StandardError.flush()
    }

    /// If standard input, output or error is closed, the next file to be opened would take its place, and lines would be written
    /// into a backup.
    private static func fillStandardDescriptors() {
        while case let file = open("/dev/null", O_RDWR), file >= 0 {
            if file > STDERR_FILENO {
                close(file)
                return
            }
        }
    }

    /// The first process of a container ignores signals that it doesn't handle (pid_namespaces(7)). A running server has handlers of
    /// its own.
    private static func stopOnSignalsInContainers() {
        guard getpid() == 1 else { return }
        for number in [SIGTERM, SIGINT] { signal(number) { _exit(128 + $0) } }
    }

    private static func fail(_ sentence: String) -> Never {
        StandardError.write("polier: \(sentence)\n")
        StandardError.flush()
        Foundation.exit(1)
    }
}

extension Error {
    /// For an operator's sentence: what the engine or the caller is told, without our own name of its kind.
    var told: String { (self as? StorageError)?.detail ?? (self as? Refusal)?.message ?? "\(self)" }
}

/// The version that `polier version` shows.
enum Release {
    static let version = "0.1.0"
}
