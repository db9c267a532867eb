import Foundation

/// What the system knows a host's name by. Blocks while names are looked up.
struct HostAddresses {
    private let list: UnsafeMutablePointer<addrinfo>
    var first: addrinfo { list.pointee }

    /// Throws `SettingsError` where it knows no such host. To be freed.
    init(_ host: String, _ port: Int) throws {
        var hints = addrinfo()
        #if os(Linux)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let list else {
            throw SettingsError(.httpHost, is: host, must: "be an address or a name of this machine")
        }
        self.list = list
    }

    func free() { freeaddrinfo(list) }
}

extension Settings {
    /// Throws `SettingsError` for a name that leads nowhere, before anything is made.
    func checkHost() throws { try HostAddresses(httpHost, httpPort).free() }
}
