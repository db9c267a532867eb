import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The chain of hours, and exports, after hours were erased.
@Suite struct HourErasureChainTests {
    @Test(arguments: Engine.allCases)
    func onlyWhatTheRuleErasedMayBeMissing(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
            try await place.visits(2)
            try await place.visit("2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z")
            let kept = try await place.manager.get(place.site + "/time-entries").json[0]?["id"]?.text ?? ""
            let gone = try await place.manager.get(place.site + "/time-entries").json[1]?["id"]?.text ?? ""
            let copied = "SELECT * FROM time_entries WHERE id = '\(gone)'"
            try await place.run("CREATE TABLE copied AS \(copied)")
            try await place.keep("2")
            place.nextDay()
            _ = try await place.erase()
            #expect(try await place.report().holds)
            // An erased entry comes back.
            try await place.run("INSERT INTO time_entries SELECT * FROM copied")
            let back = try await place.report()
            #expect(back.broken.contains { $0.reason == .entryChanged && $0.entry?.text == gone }, "\(back)")
            try await place.run("DELETE FROM time_entries WHERE id = '\(gone)'")
            try await place.run("DROP TABLE copied")
            #expect(try await place.report().holds)
            // One goes without a link.
            try await place.run("DELETE FROM time_entries WHERE id = '\(kept)'")
            #expect(try await place.report().broken == [.init(.entryMissing, number: 3, entry: TimeEntry.ID(kept))])
        }
    }

    /// Without the entry the chain would hold again.
    @Test(arguments: Engine.allCases)
    func nothingGoesWhereTheChainIsBroken(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
            try await place.visits(2)
            try await place.visit("2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z")
            try await place.keep("2")
            try await place.run(
                """
                UPDATE time_entries SET checked_in_at = checked_in_at - 94608000000, checked_out_at = checked_out_at - 94608000000,
                    updated_at = updated_at - 94608000000 WHERE checked_in_at > 1760000000000
                """)
            for _ in 0..<2 {
                place.nextDay()
                let reports = try await place.erase()
                #expect(reports.map(\.broken?.reason) == [.entryChanged], "\(reports)")
                #expect(try await place.erase().isEmpty)
            }
            #expect(try await place.entries() == 3)
            #expect(try await !place.report().holds)
        }
    }

    @Test(arguments: Engine.allCases)
    func anExportHoldsAndKeepsTheRule(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
            try await place.visits(3)
            try await place.visit("2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z")
            try await place.keep("2")
            place.nextDay()
            _ = try await place.erase()
            let before = try await place.report()
            let site = try await place.manager.get(place.site).json["hoursLogged"]
            let admin = try await place.server.person(.admin)
            let lines = try await admin.client.get(place.company.path + "/export").text.split(separator: "\n").map {
                Array($0.utf8)
            }
            #expect(try await admin.client.delete(place.company.path).status == 200)
            let operates = try #require(try await Operators(place.server.database, runtime: .live).actors().first)
            _ = try await CompanyRestore(place.server.database, runtime: place.server.runtime).run(as: operates) {
                var rest = lines[...]
                return { rest.popFirst() }
            }
            let after = try await place.report()
            #expect(after.holds && after.isSealed && after.links == before.links && after.head == before.head)
            let company = try await admin.client.get(place.company.path).json
            #expect(company["hoursKeptYears"] == 2 && company["hoursFrom"] == "2024-01-01")
            #expect(try await admin.client.get(place.site).json["hoursLogged"] == site)
            try await place.visits(1)
            // There is the rest of the day to take the rule back.
            #expect(try await place.erase().isEmpty)
            place.nextDay()
            #expect(try await place.erase().map(\.counts.entries) == [1])
        }
    }
}
