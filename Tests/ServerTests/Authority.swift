import Foundation

/// A certificate authority that no client trusts by default. Created for each test by openssl.
struct Authority {
    let path: String
    private let folder: TemporaryFolder

    init(_ folder: TemporaryFolder) async throws {
        self.folder = folder
        path = "\(folder.path)/authority-\(UUID().uuidString).pem"
        try await Self.run(["-keyout", path + ".key", "-out", path, "-subj", "/CN=Polier's tests"])
    }

    /// A certificate and its key in one file.
    /// - Parameter names: in the form `IP:127.0.0.1`.
    func certificate(for names: String) async throws -> String {
        let file = "\(folder.path)/server-\(UUID().uuidString).pem"
        try await Self.run([
            "-CA", path, "-CAkey", path + ".key", "-keyout", file + ".key", "-out", file, "-subj", "/CN=server",
            "-addext", "subjectAltName=\(names)",
        ])
        let parts = try [file, file + ".key"].map { try String(contentsOfFile: $0, encoding: .utf8) }
        try parts.joined().write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    private static func run(_ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        process.arguments = ["openssl"] + new + arguments
        if try await process.outcome().code != 0 { throw NoCertificate() }
    }

    struct NoCertificate: Error {}
}
