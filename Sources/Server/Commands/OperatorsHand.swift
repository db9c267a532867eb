import ArgumentParser
import Core
import Foundation

/// What commands on accounts and companies have in common.
struct OperatorsHand {
    let database: any BulkDatabase
    let operators: Operators

    /// Opens a database whose schema fits.
    static func run(_ flags: DatabaseFlags, _ body: (OperatorsHand) async throws -> Void) async throws {
        try await withDatabase(try flags.settings(), for: .using) { database in
            let state = try await Migrator(database, migrations: try Migration.embedded()).state()
            if let refusal = SchemaRefusal(state) { throw refusal }
            try await body(OperatorsHand(database: database, operators: Operators(database, runtime: .live)))
        }
    }

    /// Who does it, as records name them: who is named, or the only operator that there is.
    /// - Parameter other: one who can't be meant.
    func actor(_ name: String?, besides other: User.ID? = nil) async throws -> Actor {
        let all = try await operators.actors().filter { $0.user.id != other }
        if let name {
            guard let person = try await operators.person(name),
                let found = all.first(where: { $0.user.id == person.id })
            else { throw SettingsError("--as is '\(name)'; it must be the e-mail address or id of an operator") }
            return found
        }
        guard let only = all.first else {
            throw SettingsError("no operator could have done it, as the record says: 'polier create-admin' makes one")
        }
        guard all.count == 1 else {
            let names = all.map(\.user.email).joined(separator: ", ")
            throw SettingsError("say which operator does it, for the record, with --as: \(names)")
        }
        return only
    }

    /// The person with an id or an e-mail address.
    func person(_ text: String) async throws -> User {
        guard let person = try await operators.person(text) else {
            throw SettingsError("there is no one with the id or the e-mail address '\(text)'")
        }
        return person
    }

    /// The same, who must be an operator.
    func operatorNamed(_ text: String, else remedy: String) async throws -> User {
        let person = try await person(text)
        guard person.role == .admin else { throw SettingsError("\(person.email) is no operator: \(remedy)") }
        return person
    }

    /// The company with an id, with a person of an e-mail address, or of exactly this name.
    func company(_ text: String) async throws -> CompanySummary {
        let found = try await Companies(database, runtime: .live).find(text)
        guard let company = found.first else {
            throw SettingsError(
                "there is no company with the id, with a person of the address, or of exactly the name '\(text)'")
        }
        guard found.count == 1 else {
            let ids = found.map(\.id.text).joined(separator: ", ")
            throw SettingsError("several companies are called '\(text)': name one by its id: \(ids)")
        }
        return company
    }

    /// The permission to do something in a company, once it is recorded that an operator came in.
    func scope(_ company: CompanySummary, _ actor: Actor, for permission: Permission) async throws -> CompanyScope {
        let scope = try actor.scope(company.id, for: permission)
        try await SecurityWatch(database, runtime: .live) { _, _, _ in }.note(
            operator: actor, in: company.id, for: permission)
        return scope
    }
}

struct ActingFlags: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: "The operator who does it, as records name them: needed where there are several.")
    var name: String?
}

extension String {
    /// Filled up with blanks, for a column.
    func column(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Instant? {
    /// For a column of days and minutes.
    var shown: String { map { String($0.text.prefix(16)) + "Z" } ?? "-" }
}
