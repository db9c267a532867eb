import Storage

/// What a site has used: hours by person, and material by price.
public struct SiteCosts: Sendable {
    /// The closed time entries of a person.
    public struct Person: Sendable {
        public let user: User.ID
        public let name: String
        public let minutes: Int

        package init(user: User.ID, name: String, minutes: Int) {
            (self.user, self.name, self.minutes) = (user, name, minutes)
        }
    }

    /// One material at one price. Amounts are in the unit that the movements were recorded in. A sum beyond the range of `Quantity` is the
    /// nearest one within it.
    public struct Use: Sendable {
        public let material: Material.ID
        /// As it is today.
        public let name: String
        public let unit: String
        public let price: Quantity?
        public let taken: Quantity
        public let scrapped: Quantity
        /// What counts took away; negative if they added.
        public let counted: Quantity
        /// The sum of the three.
        public let used: Quantity
        /// `used` times the price, rounded to cents; nil without a price.
        public let cost: Quantity?

        package init(
            material: Material.ID, name: String, unit: String, price: Quantity?, taken: Int128, scrapped: Int128,
            counted: Int128
        ) {
            (self.material, self.name, self.unit, self.price) = (material, name, unit, price)
            (self.taken, self.scrapped) = (Quantity(nearest: taken), Quantity(nearest: scrapped))
            (self.counted, used) = (Quantity(nearest: counted), Quantity(nearest: taken + scrapped + counted))
            cost = price.map { price in
                // Thousandths times thousandths are millionths, of which a cent has ten thousand.
                let millionths = (taken + scrapped + counted) * Int128(min(price, Material.highestPrice).thousandths)
                let cents = (millionths.magnitude + 5_000) / 10_000
                return Quantity(nearest: (millionths < 0 ? -1 : 1) * Int128(cents) * 10)
            }
        }
    }

    public let site: Site.ID
    public let siteName: String
    public let from: Day?
    public let to: Day?
    /// Of all people, even those who aren't listed, and of hours that were erased.
    public let minutes: Int
    /// The part of `minutes` that was erased by the company's rule, and is no one's any more. Nil if the period has only some of the days of
    /// erased hours: when they were worked isn't known any more, and none is in `minutes`.
    public let erasedMinutes: Int?
    /// By name, at most `mostLines`.
    public let people: [Person]
    /// In the order in which the materials were added, at most `mostLines`.
    public let materials: [Use]
    /// The sum of all costs, even of material that isn't listed.
    public let total: Quantity
    /// How many lines of material have no price.
    public let unpriced: Int
    /// Whether there are more people or materials than are listed.
    public let isTruncated: Bool

    /// The most people, and the most lines of material.
    public static let mostLines = 5_000

    package init(
        site: Site.ID, siteName: String, from: Day?, to: Day?, minutes: Int, erasedMinutes: Int? = 0,
        people: [Person], materials: [Use], total: Quantity, unpriced: Int, isTruncated: Bool = false
    ) {
        self.erasedMinutes = erasedMinutes
        (self.site, self.siteName, self.from, self.to) = (site, siteName, from, to)
        (self.minutes, self.people, self.materials) = (minutes, people, materials)
        (self.total, self.unpriced, self.isTruncated) = (total, unpriced, isTruncated)
    }
}

extension Quantity {
    /// The nearest quantity to a sum that may be beyond all of them.
    init(nearest thousandths: Int128) { self.init(thousandths: Int64(clamping: thousandths)) }
}

extension Sites {
    /// What a site has used, even after it was removed.
    /// - Parameters:
    ///   - from: the first day, in the company's time zone; nil for all before.
    ///   - to: the last day; nil for all after.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `SiteRefusal.notFound`; the database's
    ///   `StorageError`.
    public func costs(from: Day?, to: Day?, of scope: SiteScope) async throws -> SiteCosts {
        try scope.check(.readCosts)
        guard let place = try await database.fetch(SiteCosts.place(scope)).first else { throw Site.notFound }
        let start = from?.start(in: place.timeZone) ?? Instant(milliseconds: .min)
        let end = to.map { ($0 + 1).start(in: place.timeZone) } ?? Instant(milliseconds: .max)
        let (people, uses) = try await database.fetch(
            SiteCosts.people(from: start, to: end, scope), SiteCosts.uses(from: start, to: end, scope))
        let (hours, material) = (people.first ?? SiteCosts.Hours(), uses.first ?? SiteCosts.Uses())
        let erased = place.erased(from: from, to: to)
        return SiteCosts(
            site: scope.site, siteName: place.name, from: from, to: to,
            minutes: Int(clamping: Int64(hours.minutes).adding(Int64(erased ?? 0))),
            erasedMinutes: erased, people: hours.first,
            materials: material.first, total: Quantity(nearest: material.total), unpriced: material.unpriced,
            isTruncated: hours.count > hours.first.count || material.count > material.first.count)
    }
}
