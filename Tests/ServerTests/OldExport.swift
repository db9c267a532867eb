import Foundation

/// A company's export as earlier servers made it.
enum OldExport {
    /// From before sites and movements had kinds: without depots, former assignments and the chain of hours, and without what movements
    /// and material keep since then.
    static func withoutKinds(_ lines: [String]) throws -> [String] {
        let dropped: [String: [String]] = [
            "sites": ["kind", "erased_minutes"], "materials": ["price", "name_key"],
            "movements": ["kind", "unit", "material_name", "price", "ref_id"], "time_entries": ["salt"],
            "users": ["hour_mails"],
        ]
        var (depot, left): (String?, [String: Int]) = (nil, [:])
        return try lines.compactMap { line in
            guard var object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                return line
            }
            if let table = object["table"] as? String, var row = object["row"] as? [String: Any] {
                if row["kind"] as? String == "DEPOT" { depot = row["id"] as? String }
                let isInDepot = depot != nil && (row["site_id"] as? String == depot || row["id"] as? String == depot)
                if ["former_assignments", "hour_links", "hour_heads", "hour_erasures"].contains(table) || isInDepot {
                    left[table, default: 0] += 1
                    return nil
                }
                for name in dropped[table] ?? [] { row[name] = nil }
                object["row"] = row
            } else if var rows = object["rows"] as? [String: Any] {
                for (table, count) in left { rows[table] = (rows[table] as? Int).map { $0 - count } }
                for table in ["former_assignments", "hour_links", "hour_heads", "hour_erasures"] { rows[table] = nil }
                object["rows"] = rows
            } else if object["format"] != nil {
                (object["breakRule"], object["hoursKeptYears"]) = (nil, nil)
            } else {
                return line
            }
            return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        }
    }
}
