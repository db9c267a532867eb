import ArgumentParser
import Core
import Foundation
import Storage

struct CompanyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "company",
        abstract: "Lists companies, suspends, copies, erases and restores one, and sets its limits.",
        subcommands: [
            List.self, Limits.self, Owner.self, Suspend.self, Resume.self, Export.self, Erase.self, Restore.self,
        ])

    static let naming: ArgumentHelp =
        "The company's id, the email address of one of its people, or its exact name."

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Restores one company from its export.",
            discussion: """
                For a company that was erased, or that moves here from another server: the file is the response of GET \
                /api/v1/companies/{companyId}/export. The restoration is recorded as the act of an operator. It is loaded in one transaction, and servers may keep running; it is \
                refused if the company exists, or if other people have its people's email addresses.

                An export holds no passwords, sessions, links or undelivered mail. People sign in again through the link for a \
                forgotten password, or through 'polier password-link' if no mail reaches them; those who were only invited need \
                a new invitation.
                """)

        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: "The export's file, lines of JSON.") var file: String

        func run() async throws {
            let path = file
            try await OperatorsHand.run(database) { hand in
                let actor = try await hand.actor(acting.name)
                let restore = CompanyRestore(hand.database, runtime: .live)
                let restored = try await restore.run(as: actor) { try LineFile(path).next }
                for table in restored.tables {
                    print("  \(table.name.padding(toLength: 20, withPad: " ", startingAt: 0))\(table.rows)")
                }
                print("Restored \(restored.name) (\(restored.company.text)), as exported at \(restored.exportedAt).")
                print(
                    "Its people have no passwords: they sign in through the link for a forgotten one, or through 'polier password-link'."
                )
            }
        }
    }

    struct Limits: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a company's limits and how much of each is used, and sets the ones named by flags.",
            discussion: """
                A flag takes a whole number, or 'default' for the limit that every company has. Data beyond a limit stays usable; only \
                more can't be added. Running servers apply a new limit at once, those on rows and writes within 30 seconds.
                """)

        @OptionGroup var database: DatabaseFlags
        @Argument(help: CompanyCommand.naming) var company: String
        @Option(help: "People. [200]") var people: String?
        @Option(help: "Sites that are active. [300]") var activeSites: String?
        @Option(help: "Sites. [5000]") var sites: String?
        @Option(help: "Material of one site. [5000]") var siteMaterials: String?
        @Option(help: "Notes and reasons, in MB. [20]") var text: String?
        @Option(help: "Rows added in a day (UTC). [50000]") var dailyRows: String?
        @Option(help: "Changes by one person in a minute; 0 for any number. [600]") var personWrites: String?
        @Option(help: "Changes by the whole company in a minute; 0 for any number. [3000]") var companyWrites: String?
        @Option(help: "Invitations in the company's first 24 hours. [60]") var firstDayMails: String?
        @Option(help: "Invitations in any 24 hours later. [100]") var dailyMails: String?

        func run() async throws {
            let values = try self.values
            try await OperatorsHand.run(database) { hand in
                let limits = CompanyLimits(hand.database, runtime: .live)
                let id = try await hand.company(company).id
                if !values.isEmpty { try await limits.set(values, of: id) }
                print(try await limits.report(of: id).text)
            }
        }

        /// The limits that the flags set; nil resets one to its default.
        private var values: [Limit: Int64?] {
            get throws {
                let given: [(Limit, String?)] = [
                    (.people, people), (.activeSites, activeSites), (.sites, sites), (.siteMaterials, siteMaterials),
                    (.text, text), (.dailyRows, dailyRows), (.personWrites, personWrites),
                    (.companyWrites, companyWrites), (.firstDayMails, firstDayMails), (.dailyMails, dailyMails),
                ]
                var values: [Limit: Int64?] = [:]
                for case (let limit, let text?) in given {
                    guard text != "default" else {
                        values.updateValue(nil, forKey: limit)
                        continue
                    }
                    guard let range = limit.range, let value = Int64(text), range.contains(value) else {
                        let most = limit.range?.upperBound ?? 0
                        throw SettingsError(
                            "--\(limit.rawValue)", is: text, must: "be a whole number from 0 to \(most), or default")
                    }
                    values[limit] = value
                }
                return values
            }
        }
    }
}

extension CompanyLimits.Report {
    /// A table of the company's own limits next to the defaults.
    fileprivate var text: String {
        let rows = lines.map { line in
            let isOwn = line.value != line.limit.standard
            return [
                line.limit.rawValue + (line.limit.unit == .megabytes ? " (MB)" : ""),
                line.used.map { "\($0)" } ?? "-", "\(line.value)",
                isOwn ? "default \(line.limit.standard)" : "",
            ]
        }
        let table = [["limit", "used", "most", ""]] + rows
        let lines = table.map { row in
            let name = row[0] + String(repeating: " ", count: max(0, 18 - row[0].count))
            let numbers = row[1...2].map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }.joined()
            return row[3].isEmpty ? name + numbers : "\(name)\(numbers)  (\(row[3]))"
        }
        return (["\(name), \(company.text)"] + lines).joined(separator: "\n")
    }
}
