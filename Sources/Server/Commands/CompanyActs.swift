import ArgumentParser
import Core
import Storage

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

    struct Owner: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes one of a company's people its owner and an active manager.",
            discussion: "For a company whose owner can't hand it on any more. The person before stays a manager.")
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: CompanyCommand.naming) var company: String
        @Argument(help: "The new owner's email address or id.") var person: String

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let found = try await hand.company(company)
                let heir = try await hand.person(person)
                guard heir.companyID == found.id else {
                    throw SettingsError("\(heir.label) is not one of the people of \(found.name)")
                }
                let scope = try await hand.scope(found, try await hand.actor(acting.name), for: .changeUsers)
                var edit = Edit<User>()
                edit.set(\.role, .manager)
                edit.set(\.status, .active)
                let people = People(hand.database, runtime: .live)
                let change = try await people.change(heir.id, edit, ownsCompany: true, if: .none, in: scope)
                _ = try await hand.database.make(change)
                print("\(found.name) is owned by \(heir.label) now.")
            }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuses a company's people until it is resumed.",
            discussion:
                "None of its people can sign in, and the app says why. The company's data and sessions stay.")
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: CompanyCommand.naming) var company: String

        func run() async throws {
            let name = try await suspend(true, company, acting, database)
            print("\(name) is suspended: its people are refused until 'polier company resume'.")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends a company's suspension.")
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: CompanyCommand.naming) var company: String

        func run() async throws {
            let name = try await suspend(false, company, acting, database)
            print("\(name) is resumed.")
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
            abstract: "Writes a copy of all of a company's data: lines of JSON, like the app's download.",
            discussion: "It holds no passwords and no tokens. Only you can read the file (mode 0600).")
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: CompanyCommand.naming) var company: String
        @Argument(help: "The file, which must not exist yet, or - for standard output.") var file: String

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
            abstract: "Deletes all of a company's data permanently; take a copy first.",
            discussion: "Needs the company's exact name, and prints how many rows each table had."
        )
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Option(help: "The company's name, as confirmation.") var confirm: String?
        @Argument(help: CompanyCommand.naming) var company: String

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let found = try await hand.company(company)
                guard confirm == found.name else {
                    throw SettingsError(
                        "this deletes \(found.name) with \(found.userCount) people and \(found.siteCount) sites permanently: to do it, add --confirm '\(found.name)'"
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
