import ArgumentParser
import Core
import Foundation

@main
struct Polier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "polier",
        abstract: "Runs the building sites of trades companies: who works where, and what material is left.",
        discussion: """
            Every setting but a secret is a flag, an environment variable (POLIER_…), or a line of the file that --config \
            names. The database URL, passwords and keys can also be put into files: POLIER_DATABASE_URL_FILE names one.
            """,
        subcommands: [
            Serve.self, Migrate.self, CreateAdmin.self, SeedDemo.self, Copy.self, BackUp.self, Restore.self, Check.self,
            DescribeAPI.self, MailCommand.self, WebCommand.self, Version.self,
        ])

    static func main() async {
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
            exit(withError: error)
        }
    }

    private static func fail(_ sentence: String) -> Never {
        FileHandle.standardError.write(Data("polier: \(sentence)\n".utf8))
        Foundation.exit(1)
    }
}

/// What `polier version` shows.
enum Release {
    static let version = "0.1.0"
}
