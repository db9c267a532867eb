public import Storage

/// Material that was moved in one act: a movement out of a site and a movement into another for each line, or one movement for what was
/// thrown away. It has no row of its own: it is what its movements say.
public struct MaterialTransfer: Sendable {
    public typealias ID = Core.ID<MaterialTransfer>

    /// A site, with its name even after it was removed.
    public struct Place: Sendable {
        public let site: Site.ID
        public let name: String

        package init(site: Site.ID, name: String) { (self.site, self.name) = (site, name) }
    }

    /// What arrived.
    public struct Arrival: Sendable {
        public let place: Place
        public let material: Material.ID
        /// The amount there after the transfer.
        public let amount: Quantity

        package init(_ place: Place, material: Material.ID, amount: Quantity) {
            (self.place, self.material, self.amount) = (place, material, amount)
        }
    }

    public struct Item: Sendable {
        public let material: Material.ID
        public let name: String
        public let unit: String
        /// How much left its place, above 0.
        public let amount: Quantity
        /// The amount left behind.
        public let left: Quantity
        /// Nil for what was thrown away.
        public let arrival: Arrival?

        package init(
            material: Material.ID, name: String, unit: String, amount: Quantity, left: Quantity, arrival: Arrival?
        ) {
            (self.material, self.name, self.unit) = (material, name, unit)
            (self.amount, self.left, self.arrival) = (amount, left, arrival)
        }
    }

    public let id: ID
    public let from: Place
    /// Where all of it went; nil if it went to several places, or was thrown away.
    public let to: Place?
    public let note: String?
    public let user: User.ID
    public let userName: String
    /// The time of the act itself.
    public let at: Instant
    /// The time of recording: later than `at` for work done offline.
    public let createdAt: Instant
    public let lines: [Item]

    package init(
        id: ID, from: Place, to: Place?, note: String?, user: User.ID, userName: String, at: Instant,
        createdAt: Instant, lines: [Item]
    ) {
        (self.id, self.from, self.to, self.note, self.user) = (id, from, to, note, user)
        (self.userName, self.at, self.createdAt, self.lines) = (userName, at, createdAt, lines)
    }

    /// The most lines of a transfer.
    public static let mostLines = 100
}

/// A transfer to make.
public struct NewTransfer: Sendable {
    public struct Item: Sendable {
        public let material: Material.ID
        /// Above 0.
        public let amount: Quantity
        /// The unit that the amount is in; nil for the material's own, whatever it is by now.
        public let unit: String?

        public init(material: Material.ID, amount: Quantity, unit: String? = nil) {
            (self.material, self.amount, self.unit) = (material, amount, unit)
        }
    }

    public let from: Site.ID
    public let to: Site.ID
    public let lines: [Item]
    public let note: String?
    /// The time of the act; nil for now.
    public let at: Instant?

    public init(from: Site.ID, to: Site.ID, lines: [Item], note: String?, at: Instant?) {
        (self.from, self.to, self.lines, self.note, self.at) = (from, to, lines, note, at)
    }
}

/// Why a request about a transfer is refused.
public enum TransferRefusal: String, RefusalCode {
    case notFound = "transfer-not-found"
    case otherUnit = "other-unit"
    case tooMuchLeft = "too-many-to-move"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .otherUnit, .tooMuchLeft: .conflict
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such transfer."
        case .otherUnit: "{material} is counted in {unit} here and in {other} there."
        case .tooMuchLeft: "At most {max} materials are moved in one act: move or remove some of them first."
        }
    }
}

extension MaterialTransfer: Addressable {
    public static let notFound = Refusal(TransferRefusal.notFound)
}
