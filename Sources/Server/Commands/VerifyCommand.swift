import ArgumentParser
import Core
import Storage

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compares what is stored with what attests it.", subcommands: [Hours.self])

    struct Hours: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compares all hours with each company's chain of hashes.",
            discussion: """
                One line for each company: ok with the number of links and the head, or WRONG with the first 20 places that don't \
                hold: the entry, the link's number and the reason; and exit code 1 then. Compare the head with one that was kept \
                elsewhere: a chain that holds proves that nothing was changed since that head, and no more. Servers may keep running.
                """)

        @OptionGroup var database: DatabaseFlags
        @Option(help: "Only this company: its id, the email address of one of its people, or its exact name.")
        var company: String?

        @Option(help: "A head that was kept, NUMBER:HASH; needs --company. It must be one of the company's links.")
        var head: String?

        func validate() throws {
            guard let head else { return }
            if company == nil { throw ValidationError("--head is of one company: name it with --company") }
            if Self.parsed(head) == nil { throw ValidationError("--head \(head): it must be NUMBER:HASH") }
        }

        private static func parsed(_ head: String) -> (number: Int64, hash: String)? {
            let parts = head.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, let number = Int64(parts[0]), number > 0, parts[1].count == 64 else { return nil }
            return (number, parts[1].lowercased())
        }

        func run() async throws {
            var wrong = 0
            try await OperatorsHand.run(database) { hand in
                let check = HoursCheck(hand.database, runtime: .live)
                if let company {
                    let found = try await hand.company(company)
                    if !Self.say(try await check.all(of: found.id), of: found.name) { wrong += 1 }
                    if let kept = head.flatMap(Self.parsed) {
                        let isLink = try await check.hash(of: kept.number, in: found.id) == kept.hash
                        print(
                            "\(isLink ? "ok   " : "WRONG") link \(kept.number) is \(isLink ? "" : "not ")the head that was kept"
                        )
                        if !isLink, wrong == 0 { wrong = 1 }
                    }
                    return
                }
                let companies = Companies(hand.database, runtime: .live)
                var next: Company.ID?
                repeat {
                    let page = try await companies.summaries(
                        .init(limit: PageRequest<Company.ID>.largest, after: next))
                    for one in page.items {
                        if !Self.say(try await check.all(of: one.id), of: one.name) { wrong += 1 }
                    }
                    next = page.next
                } while next != nil
            }
            guard wrong == 0 else {
                throw SettingsError("the hours of \(wrong == 1 ? "a company don't" : "\(wrong) companies don't") hold")
            }
        }

        /// Prints what was found.
        /// - Returns: whether everything holds.
        private static func say(_ report: HoursCheck.Report, of name: String) -> Bool {
            let state = report.isSealed ? "" : ", not sealed yet: a server still adds links for older hours"
            print(
                "\(report.holds ? "ok   " : "WRONG") \(report.company.text) \(name): \(report.links) links, head \(report.head.isEmpty ? "-" : report.head)\(state)"
            )
            for broken in report.broken {
                let (entry, number) = (broken.entry?.text ?? "-", broken.number.map { "\($0)" } ?? "-")
                print("      entry \(entry), link \(number): \(broken.reason.rawValue)")
            }
            return report.holds
        }
    }
}
