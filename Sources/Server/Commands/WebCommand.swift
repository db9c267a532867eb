import ArgumentParser
import Foundation
import NIOCore

struct WebCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web", abstract: "Handles the web app's files.", subcommands: [Export.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the web app's files into a folder, for another web server.",
            discussion: """
                The page carries its content security policy in a meta element. The web server must answer unknown addresses \
                without a file extension with index.html, and forward /api to a server; deploy/edge has examples. \
                With POLIER_REGISTRATION=closed the page offers no registration, which the server must refuse by itself; it offers \
                passkeys if POLIER_PUBLIC_URL is an address that can have them.
                """)

        @Argument(help: "The folder, which is created or must be empty.")
        var folder: String

        func run() async throws {
            let files = FileManager.default
            if let content = try? files.contentsOfDirectory(atPath: folder), !content.isEmpty {
                throw SettingsError("\(folder) isn't empty: the web app is written into a folder of its own")
            }
            let settings = try Settings(flags: [:], environment: ProcessInfo.processInfo.environment)
            let app = WebApp(
                .embedded, [], registrationIsOpen: settings.registrationIsOpen,
                hasPasskeys: settings.origins.relyingParty != nil)
            for (name, file) in app.files.sorted(by: { $0.key < $1.key }) where file.isForEver || app.isFixed(name) {
                let target = URL(fileURLWithPath: folder).appendingPathComponent(name)
                do {
                    try files.createDirectory(
                        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try Data(name == WebApp.page ? app.pageWithPolicy : file.bytes.readableBytesView).write(to: target)
                } catch {
                    throw SettingsError("\(target.path) can't be written")
                }
            }
        }
    }
}

extension WebApp {
    /// Whether the name stays the same when the content changes.
    fileprivate func isFixed(_ name: String) -> Bool { [Self.page, Self.worker, Self.manifest].contains(name) }

    /// The page with its policy inside, without directives that only a header can carry (W3C's CSP level 3, section 3.3).
    fileprivate var pageWithPolicy: ByteBufferView {
        let page = String(buffer: files[Self.page]?.bytes ?? ByteBuffer())
        let policy = self.policy.replacingOccurrences(of: "; frame-ancestors 'none'", with: "")
        let meta = "<meta http-equiv=\"Content-Security-Policy\" content=\"\(policy)\">"
        return ByteBuffer(string: page.replacingOccurrences(of: "<head>", with: "<head>\n\(meta)")).readableBytesView
    }
}
