import CPostgres
import Core

/// Where a database is and as whom to use it: a connection URL, taken apart by libpq.
struct Target: Sendable {
    struct Setting: Sendable {
        let keyword: String
        let value: String
    }

    /// The settings for each host of the URL, in its order. Each is tried by itself, because libpq goes on to the next
    /// host only where the one before refuses, not where it stays silent.
    let hosts: [[Setting]]

    /// Throws `.misconfigured` with a sentence that repeats nothing of the URL: a password whose special characters
    /// were not encoded shows up in the wrong part of it.
    init(url: String) throws(StorageError) {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw StorageError(.misconfigured, "The database URL must begin with postgres:// or postgresql://.")
        }
        guard let options = PQconninfoParse(url, nil) else { throw Self.malformed }
        defer { PQconninfoFree(options) }
        var settings: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { settings[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        hosts = try Self.split(settings)
    }

    private static var malformed: StorageError {
        StorageError(
            .misconfigured,
            "The database URL can't be read: it must look like postgres://USER:PASSWORD@HOST:PORT/DATABASE, "
                + "with percent signs for special characters (%40 for @, %2F for /) in its parts.")
    }

    private static func split(_ settings: [String: String]) throws(StorageError) -> [[Setting]] {
        func parts(_ keyword: String) -> [String] {
            guard let value = settings[keyword] else { return [] }
            return value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let names = parts("host")
        let addresses = parts("hostaddr")
        let ports = parts("port")
        let count = max(names.count, addresses.count, 1)
        let fits = [names.count, addresses.count].allSatisfy { $0 == 0 || $0 == count }
        guard fits, ports.count <= 1 || ports.count == count else { throw malformed }
        // An unencoded password leaves its traces here.
        guard !names.contains(where: { $0.contains("@") }), settings["dbname"]?.contains("@") != true else {
            throw malformed
        }
        guard ports.allSatisfy({ $0.isEmpty || (Int($0).map { 1...65535 ~= $0 } ?? false) }) else { throw malformed }

        var common = settings
        for keyword in ["host", "hostaddr", "port", "connect_timeout"] { common[keyword] = nil }
        common["client_encoding"] = "UTF8"
        if common["fallback_application_name"] == nil { common["fallback_application_name"] = "polier" }
        return (0..<count).map { index in
            var own = common
            if !names.isEmpty { own["host"] = names[index] }
            if !addresses.isEmpty { own["hostaddr"] = addresses[index] }
            if !ports.isEmpty { own["port"] = ports.count == 1 ? ports[0] : ports[index] }
            return own.map { Setting(keyword: $0.key, value: $0.value) }
        }
    }
}
