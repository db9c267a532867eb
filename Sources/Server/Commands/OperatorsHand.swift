import ArgumentParser
import Core
import Foundation
import Storage

/// Steps that commands on accounts and companies share.
struct OperatorsHand {
    let database: any BulkDatabase
    let operators: Operators

    /// Opens the database and checks that its schema fits.
    static func run(_ flags: DatabaseFlags, _ body: (OperatorsHand) async throws -> Void) async throws {
        try await withDatabase(try flags.settings(), for: .using) { database in
            let state = try await Migrator(database, migrations: try Migration.embedded()).state()
            if let refusal = SchemaRefusal(state) { throw refusal }
            try await body(OperatorsHand(database: database, operators: Operators(database, runtime: .live)))
        }
    }

    /// The operator whom records name as the actor: the one given by `--as`, or the only one there is.
    /// - Parameter other: an operator who is ruled out.
    func actor(_ name: String?, besides other: User.ID? = nil) async throws -> Actor {
        let all = try await operators.actors().filter { $0.user.id != other }
        if let name {
            guard let person = try await operators.person(name),
                let found = all.first(where: { $0.user.id == person.id })
            else { throw SettingsError("--as is '\(name)'; it must be the email address or id of an operator") }
            return found
        }
        guard let only = all.first else {
            throw SettingsError("there is no operator to record this under: create one with 'polier create-admin'")
        }
        guard all.count == 1 else {
            let names = all.map(\.user.label).joined(separator: ", ")
            throw SettingsError("name the operator to record this under with --as: \(names)")
        }
        return only
    }

    /// The person with this id or email address.
    func person(_ text: String) async throws -> User {
        guard let person = try await operators.person(text) else {
            throw SettingsError("there is no one with the id or the email address '\(text)'")
        }
        return person
    }

    /// The operator with this id or email address.
    func operatorNamed(_ text: String, else remedy: String) async throws -> User {
        let person = try await person(text)
        guard person.role == .admin else { throw SettingsError("\(person.label) isn't an operator: \(remedy)") }
        return person
    }

    /// The company with this id, this person's email address, or exactly this name.
    func company(_ text: String) async throws -> CompanySummary {
        let found = try await Companies(database, runtime: .live).find(text)
        guard let company = found.first else {
            throw SettingsError(
                "no company has the id or name, or a person with the email address, '\(text)'")
        }
        guard found.count == 1 else {
            let ids = found.map(\.id.text).joined(separator: ", ")
            throw SettingsError("several companies are called '\(text)': name one by its id: \(ids)")
        }
        return company
    }

    /// The scope for an act in a company, after recording that an operator accessed it.
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
        help: "The operator whom records name as the actor; needed if there are several.")
    var name: String?
}

extension String {
    /// Padded with blanks to a column's width.
    func column(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Instant? {
    /// Day and minute, for a column.
    var shown: String { map { String($0.text.prefix(16)) + "Z" } ?? "-" }
}
