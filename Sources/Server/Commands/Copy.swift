import ArgumentParser
import Core
import Foundation

struct Copy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies a whole database into an empty one, of the same engine or the other.",
        discussion: """
            Makes the schema in the target, copies every table in one transaction, reads the target back and compares, and \
            only then keeps it: interrupted at any point, the target stays empty.

            The copy is one picture of the source. What is written there later isn't in it, so stop the server first, and \
            start it on the target when this is done.

            Arguments are visible to everybody on the machine: put URLs with passwords into POLIER_COPY_FROM and \
            POLIER_COPY_TO, or into files that POLIER_COPY_FROM_FILE and POLIER_COPY_TO_FILE name.
            """)

    @Option(help: "The database to read: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME. [POLIER_COPY_FROM]")
    var from: String?

    @Option(help: "The empty database to fill. [POLIER_COPY_TO]")
    var to: String?

    @Option(help: "A file of NAME=VALUE settings. [POLIER_CONFIG]")
    var config: String?

    func run() async throws {
        var flags: [Setting: String] = [:]
        flags[.copyFrom] = from
        flags[.copyTo] = to
        flags[.config] = config
        let settings = try Settings(flags: flags, environment: ProcessInfo.processInfo.environment)
        guard let from = settings.copyFrom, let to = settings.copyTo else {
            throw SettingsError(
                "a copy needs both databases: --from URL --to URL, or POLIER_COPY_FROM and POLIER_COPY_TO")
        }
        let source = try Stores.open(from, named: Setting.copyFrom.rawValue, settings, for: .reading)
        try await closing(source) { source in
            let target = try Stores.open(to, named: Setting.copyTo.rawValue, settings, for: .making)
            try await closing(target) { target in
                let progress = ProgressLine()
                let copy = DatabaseCopy(from: source, to: target, migrations: try Migration.embedded())
                let contents = try await copy.run { progress.show($0) }
                for table in contents { print(table.line) }
                print("Copied \(contents.summary), and both sides hold the same.")
            }
        }
    }
}
