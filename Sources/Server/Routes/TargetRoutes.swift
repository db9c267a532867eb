import Core
import HTTPTypes
import Storage

struct TargetRoutes {
    let targets: WorkTargets
    let signedIn: SignedInRoutes

    private static let path = "/api/v1/companies/{companyId}/users/{userId}/targets"

    var routes: [Route] {
        let targets = targets
        return [
            signedIn.one(
                Self.path, in: .times, .may(.readTimes),
                .init("Read how long a person is to work", "A worker reads their own.")
            ) { (call, company: InCompany) in try await targets.get(of: try call.id("userId"), in: company.scope) },
            signedIn.change(
                .put, Self.path, in: .times, .may(.changeTargets),
                .init(
                    "Say how long a person is to work",
                    """
                    Replaces all that was said before; an empty list ends it. Each entry holds until the day of the next one. Days \
                    before the first have no target, and are in no balance.
                    """),
                isConditional: false
            ) { (call, company: InCompany, fields: TargetFields) in
                try targets.set(fields.targets, of: try call.id("userId"), in: company.scope)
            },
        ]
    }
}

private struct TargetFields: BodyFields {
    let targets: [WorkTarget]

    init?(_ fields: inout FieldReader) {
        // An empty list is one, too.
        if !fields.isDescribing, fields.isAbsent("targets") { fields.report("targets", .missing) }
        targets = fields.objects("targets", .targets, max: WorkTarget.most) { line -> WorkTarget? in
            let from = line.day("from", .targetFrom, example: WorkTarget.example.from)
            let week = Weekday.all.map { day in
                line.optional(day.name) {
                    $0.integer(
                        day.name, .targetMinutes.and("0 by default."), in: 0...WorkTarget.mostMinutes,
                        example: day.number < 5 ? 480 : 0)
                } ?? 0
            }
            let most = WorkTarget.mostOpening
            let opening = line.optional("openingMinutes") {
                $0.integer("openingMinutes", .openingMinutes, in: -most...most, example: 90)
            }
            return from.map { WorkTarget(from: $0, week, openingMinutes: opening) }
        }
    }
}

private struct Weekday {
    let number: Int
    let name: String

    static let all = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].enumerated().map {
        Weekday(number: $0.offset, name: $0.element)
    }
}

extension Meaning {
    fileprivate static var targets: Meaning { "How long the person is to work, earliest first; each day once." }
    fileprivate static var targetFrom: Meaning { "The first day that it holds for." }
    fileprivate static var targetMinutes: Meaning { "Minutes to work on that day of the week." }
    fileprivate static var openingMinutes: Meaning {
        "The balance of hours that the person begins the first day with, in minutes; null if it goes on as it was."
    }
}

extension PersonTargets: Wire {
    static let example = PersonTargets(user: Example.id(1), [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.list("targets", list, .targets)
    }
}

extension WorkTarget: Wire {
    static let example = WorkTarget(
        from: Day(daysSince1970: 20_454), [480, 480, 480, 480, 480, 0, 0], openingMinutes: 90)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.day("from", from, .targetFrom)
        fields.integer("monday", minutes(on: 0), .targetMinutes)
        fields.integer("tuesday", minutes(on: 1), .targetMinutes)
        fields.integer("wednesday", minutes(on: 2), .targetMinutes)
        fields.integer("thursday", minutes(on: 3), .targetMinutes)
        fields.integer("friday", minutes(on: 4), .targetMinutes)
        fields.integer("saturday", minutes(on: 5), .targetMinutes)
        fields.integer("sunday", minutes(on: 6), .targetMinutes)
        fields.integer("openingMinutes", openingMinutes, .openingMinutes)
    }
}
