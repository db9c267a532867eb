import ArgumentParser
import Core

extension CompanyCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the companies: people, sites, last activity, and which are suspended.")
        @OptionGroup var database: DatabaseFlags

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let companies = Companies(hand.database, runtime: .live)
                print("id".column(36), "people".column(6), "sites".column(6), "last active".column(17), "name")
                var next: Company.ID?
                repeat {
                    let page = try await companies.summaries(
                        .init(limit: PageRequest<Company.ID>.largest, after: next))
                    for one in page.items {
                        print(
                            one.id.text, "\(one.userCount)".column(6), "\(one.siteCount)".column(6),
                            one.lastActiveAt.shown.column(17),
                            one.name + (one.suspendedAt == nil ? "" : " (suspended)"))
                    }
                    next = page.next
                } while next != nil
            }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuses a company's people until it is resumed.",
            discussion:
                "None of them signs in, and the app says why. All that the company has stays, their sessions too.")
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: CompanyCommand.naming) var company: String

        func run() async throws {
            let name = try await suspend(true, company, acting, database)
            print("\(name) is suspended: its people are refused until 'polier company resume'.")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets a suspended company go on as it was.")
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: CompanyCommand.naming) var company: String

        func run() async throws {
            let name = try await suspend(false, company, acting, database)
            print("\(name) goes on.")
        }
    }

    /// - Returns: the company's name.
    private static func suspend(
        _ isSuspended: Bool, _ company: String, _ acting: ActingFlags, _ database: DatabaseFlags
    ) async throws -> String {
        var name = ""
        try await OperatorsHand.run(database) { hand in
            let found = try await hand.company(company)
            let scope = try await hand.scope(found, try await hand.actor(acting.name), for: .suspendCompany)
            let companies = Companies(hand.database, runtime: .live)
            _ = try await hand.database.make(try companies.suspend(isSuspended, if: .none, in: scope))
            name = found.name
        }
        return name
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a copy of all that a company has: lines of JSON, as the app's download.",
            discussion: "Passwords and tokens are not in it. The file is for you alone (mode 0600).")
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: CompanyCommand.naming) var company: String
        @Argument(help: "The file, which must not be there yet, or - for standard output.") var file: String

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let found = try await hand.company(company)
                let scope = try await hand.scope(found, try await hand.actor(acting.name), for: .copyCompany)
                let companies = Companies(hand.database, runtime: .live)
                let copy = try CopyFile(file)
                do {
                    try await companies.export(in: scope) { try copy.write($0) }
                    try copy.finish()
                } catch {
                    copy.discard()
                    throw error
                }
                if file != "-" { print("\(file) has all of \(found.name).") }
            }
        }
    }

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes all that a company has, for ever; take a copy first.",
            discussion: "Needs the company's name, as it is written, and prints how many rows there were of each table."
        )
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Option(help: "The company's name, to be sure.") var confirm: String?
        @Argument(help: CompanyCommand.naming) var company: String

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let found = try await hand.company(company)
                guard confirm == found.name else {
                    throw SettingsError(
                        "this deletes \(found.name) with \(found.userCount) people and \(found.siteCount) sites, for ever: to do it, add --confirm '\(found.name)'"
                    )
                }
                let scope = try await hand.scope(found, try await hand.actor(acting.name), for: .removeCompany)
                let erasure = try await Companies(hand.database, runtime: .live).erase(if: .none, in: scope)
                for table in erasure.tables where table.rows > 0 { print(table.name.column(24) + "\(table.rows)") }
                print("\(found.name) is gone: \(erasure.tables.reduce(0) { $0 + $1.rows }) rows.")
            }
        }
    }
}
