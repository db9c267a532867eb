import Crypto
import Foundation
import Storage

/// A movement that was reported late, because the phone was offline, and couldn't be recorded. The person's phone keeps it; the
/// manager sees it in the site's history.
struct LateRefusal: Sendable {
    private let adjustment: Adjustment
    private let at: Instant
    private let code: String
    private let material: Material.ID
    private let scope: SiteScope
    private let now: Instant

    /// An act is late if it was done longer ago than this.
    private static let lateness = Duration.seconds(120)

    /// The refusals that are recorded; the others are about the request, not about what was done.
    private static let codes: Set<String> = [
        SiteRefusal.notFound.rawValue, MaterialRefusal.notFound.rawValue, MaterialRefusal.notEnough.rawValue,
        MaterialRefusal.tooMuch.rawValue, MaterialRefusal.beforeMaterial.rawValue, MaterialRefusal.unitChanged.rawValue,
    ]

    /// Nil if the refusal isn't recorded.
    init?(
        of adjustment: Adjustment, _ refusal: Refusal, on material: Material.ID, _ scope: SiteScope, now: Instant
    ) {
        guard let at = adjustment.at, at < now - Self.lateness, Self.codes.contains(refusal.code) else { return nil }
        (self.adjustment, self.at, code) = (adjustment, at, refusal.code)
        (self.material, self.scope, self.now) = (material, scope, now)
    }

    /// Writes it to the site's history, once, however often it is reported. Nothing is written of a person who never worked on the site, or
    /// of a material that the site never had.
    func writing(_ runtime: Runtime) -> @Sendable (borrowing Transaction) throws -> Void {
        { transaction in
            let (sites, materials) = try transaction.fetch(
                FormerAssignment.site(scope), Material.oneEver(material, scope))
            guard !sites.isEmpty, let material = materials.first else { return }
            guard try transaction.execute(act.claim(now: now)) == 1 else { return }
            let details: [AuditEntry.Detail] = [
                .init(field: "delta", from: nil, to: adjustment.delta.text),
                .init(field: "unit", from: nil, to: adjustment.unit ?? material.unit),
                .init(field: "at", from: nil, to: at.text),
                .init(field: "note", from: nil, to: adjustment.note.map { Line.clean($0, max: Self.longestNote) }),
                .init(field: "code", from: nil, to: code),
            ]
            try Audit(scope.within, runtime).write(
                .actRefused, material.id, named: material.name, details.filter { $0.to != nil }, in: transaction)
        }
    }

    /// How much of a note is recorded, in characters: the phone keeps the whole.
    private static let longestNote = 200

    /// Claimed once for the same act. Acts older than the claim is kept are refused for their age.
    private var act: IdempotencyKey {
        let parts = [material.text, adjustment.delta.text, at.text, adjustment.note ?? ""]
        return IdempotencyKey(
            parts.joined(separator: "\n"), target: AuditEntry.Action.actRefused.rawValue, body: [],
            scope: scope.within)
    }
}
