import ArgumentParser
import Core
import Foundation

@main
struct Polier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "polier",
        abstract: "Runs the building sites of trades companies: who works where, and what material is left.",
        discussion: """
            A setting is an environment variable (POLIER_…), a line of the file that --config names, or, for most of those \
            that are no secret, a flag of the commands that use it. The database URL, passwords and keys can also be put into files: POLIER_DATABASE_URL_FILE names one.
            """,
        subcommands: [
            Serve.self, Migrate.self, CreateAdmin.self, PasswordLink.self, SeedDemo.self, Copy.self, BackUp.self,
            Restore.self, ReportFailure.self, Check.self, DescribeAPI.self, MailCommand.self, CompanyCommand.self,
            OperatorCommand.self, WebCommand.self, Version.self,
        ])

    static func main() async {
        stopOnSignalsInContainers()
        // Whoever reads what a command prints may go before it has done its work.
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

    /// Where standard input, output or error is closed, the next file that is opened would be in its place, and lines would go into
    /// a backup.
    private static func fillStandardDescriptors() {
        while case let file = open("/dev/null", O_RDWR), file >= 0 {
            if file > STDERR_FILENO {
                close(file)
                return
            }
        }
    }

    /// The first process of a container doesn't end on a signal unless it says so (pid_namespaces(7)). A server that is ready
    /// has its own way to stop.
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

/// What `polier version` shows.
enum Release {
    static let version = "0.1.0"
}
