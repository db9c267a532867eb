import CPostgres
import Storage

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// The address of a database and the credentials for it: a connection URL, parsed by libpq.
struct Target: Sendable {
    struct Setting: Sendable {
        let keyword: String
        let value: String
    }

    /// The parameters for each host of the URL, in order. Each is tried by itself, because libpq goes on to the next
    /// host only if the previous one refuses, not if it stays silent.
    let hosts: [[Setting]]

    /// Whether another URL names the same database on the same hosts, with whatever credentials and parameters.
    func isSameDatabase(as other: Target) -> Bool {
        func places(_ target: Target) -> [[String?]] {
            target.hosts.map { host in
                ["host", "hostaddr", "port", "dbname"].map { keyword in host.first { $0.keyword == keyword }?.value }
            }
        }
        return places(self) == places(other)
    }

    /// Throws `.misconfigured` with a sentence that quotes nothing from the URL: a password whose special characters
    /// weren't encoded shows up in the wrong part of it.
    init(url: String) throws(StorageError) {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw StorageError(.misconfigured, "The database URL must begin with postgres:// or postgresql://.")
        }
        try Self.checkParameterNames(url)
        guard let options = PQconninfoParse(url, nil) else { throw Self.malformed }
        defer { PQconninfoFree(options) }
        let settings = Self.values(options).compactMapValues { $0 }
        hosts = try Self.split(settings)
        try Self.checkTLS(settings)
    }

    /// Keywords and their values, from libpq's own list.
    private static func values(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String?] {
        var values: [String: String?] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            values.updateValue(option.pointee.val.map { String(cString: $0) }, forKey: String(cString: keyword))
            option += 1
        }
        return values
    }

    /// For an unknown parameter, libpq reports only that the URL can't be read.
    private static func checkParameterNames(_ url: String) throws(StorageError) {
        let parts = url.split(separator: "?", maxSplits: 1)
        // An unencoded password leaves its traces here.
        guard parts.count == 2, !parts[1].contains("@"), let defaults = PQconndefaults() else { return }
        defer { PQconninfoFree(defaults) }
        // `ssl=true` is an old spelling that libpq takes in URLs alone.
        let known = Set(values(defaults).keys).union(["ssl"])
        for parameter in parts[1].split(separator: "&") {
            let name = String(parameter.prefix { $0 != "=" })
            guard known.contains(name) else {
                throw StorageError(
                    .misconfigured, "The database URL has the parameter '\(name.prefix(40))', which there isn't.")
            }
        }
    }

    /// Checks what libpq would report only once a server answers, and again on each attempt.
    private static func checkTLS(_ settings: [String: String]) throws(StorageError) {
        var settings = settings
        if let defaults = PQconndefaults() {
            defer { PQconninfoFree(defaults) }
            // Set by the environment, such as PGSSLMODE.
            settings.merge(values(defaults).compactMapValues { $0 }) { given, _ in given }
        }
        let mode = settings["sslmode"] ?? "prefer"
        let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
        guard modes.contains(mode) else {
            throw StorageError(
                .misconfigured,
                "The database URL's sslmode is '\(mode.prefix(40))'; it must be one of \(modes.joined(separator: ", "))."
            )
        }
        for keyword in ["sslrootcert", "sslcert", "sslkey", "sslcrl"] {
            guard let path = settings[keyword], !path.isEmpty else { continue }
            // From libpq 16 on, a keyword for the system's certificates, not a file.
            if keyword == "sslrootcert", path == "system", PQlibVersion() >= 160_000 { continue }
            guard access(path, R_OK) == 0 else {
                throw StorageError(
                    .misconfigured, "The database URL's \(keyword) names \(path.prefix(200)), which can't be read.")
            }
        }
        guard mode.hasPrefix("verify-"), settings["sslrootcert", default: ""].isEmpty else { return }
        let homes = [
            getenv("HOME").map { String(cString: $0) }, getpwuid(geteuid())?.pointee.pw_dir.map { String(cString: $0) },
        ]
        guard homes.contains(where: { $0.map { access($0 + "/.postgresql/root.crt", R_OK) == 0 } ?? false }) else {
            throw StorageError(
                .misconfigured,
                "The database URL says sslmode=\(mode), which needs sslrootcert, a file of the certificates to trust.")
        }
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
