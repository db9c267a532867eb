import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Reasons are stored as codes, including those that earlier versions stored as sentences.
@Suite struct StoredWordsTests {
    @Test(arguments: Engine.allCases)
    func wordsBecomeCodes(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let database = try Engine.open(url)
            let migrations = try Migration.embedded()
            _ = try await Migrator(database, migrations: Array(migrations.prefix(4))).migrate()
            let rows: [(id: String, state: String, reason: String?, code: String?, message: String?)] = [
                (
                    "1", "failed", "this server has no way to send mail", "no-transport",
                    "this server has no way to send mail"
                ),
                (
                    "2", "failed", "given up after three days: what carries mail is down", "gave-up",
                    "Gave up after three days. Last error: the mail server is down"
                ),
                (
                    "3", "failed", "given up after three days: 451 later", "gave-up",
                    "Gave up after three days. Last error: 451 later"
                ),
                ("4", "failed", "the SMTP relay: 550 it's full", "refused", "the SMTP relay: 550 it's full"),
                ("5", "queued", "the SMTP relay: 451 later", "postponed", "the SMTP relay: 451 later"),
                ("6", "cancelled", "a newer link took its place", "newer-link", "a newer link took its place"),
                (
                    "7", "failed", "the demo's people have no mailbox", "demo-mailbox",
                    "the demo's people have no mailbox"
                ),
                ("8", "sent", nil, nil, nil),
            ]
            try await database.transaction { transaction in
                for statement in [
                    "INSERT INTO companies (id, name, street_number, street, city, postal_code, country, time_zone, language, version, created_at, updated_at) VALUES ('c', 'Nord', '1', 'A', 'B', '1', 'D', 'Europe/Berlin', 'de', 1, 1, 1)",
                    "INSERT INTO users (company_id, id, email, email_folded, first_name, last_name, role, status, language, version, created_at, updated_at) VALUES ('c', 'u', 'a@b.example', 'a@b.example', 'A', 'B', 'MANAGER', 'ACTIVE', 'de', 1, 1, 1)",
                    "INSERT INTO sites (company_id, id, name, street_number, street, city, postal_code, country, priority, status, start_date, end_date, version, created_at, updated_at) VALUES ('c', 's', 'Bad', '1', 'A', 'B', '1', 'D', 'low', 'ACTIVE', '2026-01-01', '2026-02-01', 1, 1, 1)",
                    "INSERT INTO time_entries (company_id, site_id, id, user_id, checked_in_at, checked_out_at, version, created_at, updated_at) VALUES ('c', 's', 't', 'u', 1, 2, 4, 1, 1)",
                ] { try transaction.enqueue(Statement(SQL(unchecked: statement))) }
                for (number, reason) in ["Baustelle entfernt", "Person removed", "Stimmte nicht"].enumerated() {
                    try transaction.enqueue(
                        Statement(
                            "INSERT INTO time_corrections (company_id, site_id, entry_id, number, checked_in_at, reason, user_id, created_at) VALUES ('c', 's', 't', $1, 1, $2, 'u', 1)",
                            Int64(number + 1), reason))
                }
                for row in rows {
                    try transaction.enqueue(
                        Statement(
                            "INSERT INTO mails (company_id, id, user_id, address, kind, details, state, reason, created_at, updated_at) VALUES ('c', $1, 'u', 'a@b.example', 'reset', '', $2, $3, 1, 1)",
                            row.id, row.state, row.reason))
                }
            }
            _ = try await Migrator(database, migrations: migrations).migrate()
            let stored = try await database.fetch(
                Query("SELECT id, state, reason_code, reason FROM mails ORDER BY id") {
                    (
                        id: try $0.next() as String, state: try $0.next() as Mail.State, code: try $0.next() as String?,
                        answer: try $0.next() as String?
                    )
                })
            #expect(stored.count == rows.count)
            for (row, stored) in zip(rows, stored) {
                let reason = MailReason(code: stored.code, answer: stored.answer, of: stored.state)
                #expect(reason?.code.rawValue == row.code && reason?.message == row.message, "\(row.id): \(stored)")
            }
            let corrections = try await database.fetch(
                Query("SELECT reason_code, reason FROM time_corrections ORDER BY number") {
                    [try $0.next() as String? ?? "", try $0.next() as String]
                })
            #expect(corrections == [["site-removed", ""], ["person-removed", ""], ["", "Stimmte nicht"]])
            await database.close()
        }
    }
}
