import Foundation

/// The addresses of a host. Blocks while its name is resolved.
struct HostAddresses {
    private let list: UnsafeMutablePointer<addrinfo>
    var first: addrinfo { list.pointee }

    /// The caller frees it.
    /// - Throws: `SettingsError` if the host is unknown.
    init(_ host: String, _ port: Int) throws {
        var hints = addrinfo()
        #if os(Linux)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let list else {
            throw SettingsError(\.httpHost, is: host, must: "be an address or a name of this machine")
        }
        self.list = list
    }

    func free() { freeaddrinfo(list) }
}

extension Settings {
    /// Checks the host before anything is created.
    /// - Throws: `SettingsError` if it is unknown.
    func checkHost() throws { try HostAddresses(self.httpHost, self.httpPort).free() }
}
