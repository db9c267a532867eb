import ArgumentParser
import Core
import Storage

struct Copy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies a whole database into an empty one, of the same engine or the other.",
        discussion: """
            Creates the schema in the target, copies every table in one transaction, reads the target back and compares, and \
            only then commits: interrupted at any point, the target stays empty.

            The copy is a snapshot of the source. It lacks whatever is written there later, so stop the server first, and \
            start it on the target afterwards.

            Arguments are visible to everyone on the machine: put URLs with passwords into POLIER_COPY_FROM and \
            POLIER_COPY_TO, or into files that POLIER_COPY_FROM_FILE and POLIER_COPY_TO_FILE name.
            """)

    @OptionGroup var flags: CopyFlags

    func run() async throws {
        let settings = try flags.settings()
        guard let from = settings.copyFrom, let to = settings.copyTo else {
            throw SettingsError(
                "a copy needs both databases: --from URL --to URL, or POLIER_COPY_FROM and POLIER_COPY_TO")
        }
        let source = try Stores.open(from, named: SettingTable.rows.copyFrom.name, settings, for: .reading)
        try await closing(source) { source in
            let target = try Stores.open(to, named: SettingTable.rows.copyTo.name, settings, for: .making)
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
