import ArgumentParser

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves the web app and the API.",
        discussion: "Without any settings: SQLite in var/polier.sqlite, on http://127.0.0.1:8080.")

    @OptionGroup var database: DatabaseFlags
    @OptionGroup var address: AddressFlags
    @OptionGroup var own: ServeFlags

    @Option(help: ArgumentHelp("Answers GET /constant with this file's bytes, for make bench.", visibility: .private))
    var benchConstant: String?

    func run() async throws {
        let (flags, more) = (database, address.values.merging(own.values) { $1 })
        let constant = try benchConstant.map { [try Route.constant(file: $0)] } ?? []
        try await ServerProcess.run(extra: constant) { try flags.settings(more) }
    }
}
