import Foundation
import Storage

extension WageSettings {
    /// No row before the first change.
    static func stored(_ scope: CompanyScope) -> Query<WageSettings> {
        Query(
            """
            SELECT w.version, w.consultant_number, w.client_number, w.wage_types, w.lodas FROM wage_settings w
            WHERE w.company_id = $1
            """,
            scope.company
        ) { row in
            var settings = WageSettings()
            settings.version = try row.next()
            settings.consultantNumber = (try row.next() as Int64?).map { Int($0) }
            settings.clientNumber = (try row.next() as Int64?).map { Int($0) }
            let types: [String: Int] = try decode(try row.next())
            for (name, type) in types { if let kind = WageKind(rawValue: name) { settings.wageTypes[kind] = type } }
            settings.lodas = try decode(try row.next())
            return settings
        }
    }

    /// In the order of the sites' ids.
    static func costCentres(_ scope: CompanyScope) -> Query<CostCentre> {
        Query(
            """
            SELECT w.site_id, s.name, w.cost_centre FROM wage_cost_centres w CROSS JOIN sites s
            WHERE w.company_id = $1 AND s.company_id = w.company_id AND s.id = w.site_id ORDER BY w.company_id, w.site_id
            """,
            scope.company
        ) { CostCentre(site: try $0.next(), siteName: try $0.next(), number: try $0.next()) }
    }

    init(_ stored: [WageSettings], _ costCentres: [CostCentre]) {
        self = stored.first ?? WageSettings()
        self.costCentres = costCentres
    }

    static func read(_ scope: CompanyScope, _ transaction: borrowing Transaction) throws -> WageSettings {
        let (stored, costCentres) = try transaction.fetch(stored(scope), costCentres(scope))
        return WageSettings(stored, costCentres)
    }

    // MARK: Writing

    /// The company's row, with the next version.
    func write(_ scope: CompanyScope, now: Instant) throws -> Statement {
        let types = Dictionary(uniqueKeysWithValues: wageTypes.map { ($0.key.rawValue, $0.value) })
        return Statement(
            """
            INSERT INTO wage_settings (company_id, version, consultant_number, client_number, wage_types, lodas, updated_at)
            VALUES ($1, 1, $2, $3, $4, $5, $6)
            ON CONFLICT (company_id) DO UPDATE SET version = wage_settings.version + 1,
                consultant_number = excluded.consultant_number, client_number = excluded.client_number,
                wage_types = excluded.wage_types, lodas = excluded.lodas, updated_at = excluded.updated_at
            """,
            scope.company, consultantNumber.map { Int64($0) }, clientNumber.map { Int64($0) }, try Self.encode(types),
            try Self.encode(lodas), now)
    }

    static func set(_ costCentre: CostCentre, _ scope: CompanyScope) -> Statement {
        Statement(
            """
            INSERT INTO wage_cost_centres (company_id, site_id, cost_centre) VALUES ($1, $2, $3)
            ON CONFLICT (company_id, site_id) DO UPDATE SET cost_centre = excluded.cost_centre
            """,
            scope.company, costCentre.site, costCentre.number)
    }

    static func removeCostCentre(of site: Site.ID, _ scope: CompanyScope) -> Statement {
        Statement("DELETE FROM wage_cost_centres WHERE company_id = $1 AND site_id = $2", scope.company, site)
    }

    // MARK: What may be stored

    /// Whether these are stored settings.
    static func isReadable(types: String, lodas: String) -> Bool {
        guard let types: [String: Int] = try? decode(types), let names: LodasNames = try? decode(lodas) else {
            return false
        }
        let texts = [
            names.version, names.record, names.period, names.personnelNumber, names.wageType, names.unit, names.value,
            names.costCentre,
        ]
        return types.values.allSatisfy(wageTypeNumbers.contains) && texts.allSatisfy(LodasNames.isName)
            && LodasNames.hoursCodes.contains(names.hours)
    }

    static func isCostCentre(_ text: String) -> Bool {
        (1...longestCostCentre).contains(text.count) && !text.unicodeScalars.contains { $0.value < 0x20 }
    }

    // MARK: JSON

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// - Throws: `StorageError` of kind `.failed` if the text isn't the value's JSON.
    static func decode<Value: Decodable>(_ text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw StorageError(.failed, "a column of wages holds something else")
        }
    }
}
