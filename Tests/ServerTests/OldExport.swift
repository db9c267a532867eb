import Foundation

/// A company's export as earlier servers made it.
enum OldExport {
    /// From before sites and movements had kinds: without depots and former assignments, and without what movements and material keep
    /// since then.
    static func withoutKinds(_ lines: [String]) throws -> [String] {
        let dropped: [String: [String]] = [
            "sites": ["kind"], "materials": ["price", "name_key"],
            "movements": ["kind", "unit", "material_name", "price", "ref_id"],
        ]
        var (depot, left): (String?, [String: Int]) = (nil, [:])
        return try lines.compactMap { line in
            guard var object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                return line
            }
            if let table = object["table"] as? String, var row = object["row"] as? [String: Any] {
                if row["kind"] as? String == "DEPOT" { depot = row["id"] as? String }
                let isInDepot = depot != nil && (row["site_id"] as? String == depot || row["id"] as? String == depot)
                if table == "former_assignments" || isInDepot {
                    left[table, default: 0] += 1
                    return nil
                }
                for name in dropped[table] ?? [] { row[name] = nil }
                object["row"] = row
            } else if var rows = object["rows"] as? [String: Any] {
                for (table, count) in left { rows[table] = (rows[table] as? Int).map { $0 - count } }
                rows["former_assignments"] = nil
                object["rows"] = rows
            } else if object["format"] != nil {
                object["breakRule"] = nil
            } else {
                return line
            }
            return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        }
    }
}
