import Embedded
import Foundation

/// The source files of `web/`, by their path in it: `app/main.js`.
typealias WebFolder = [String: Data]

extension WebFolder {
    /// Those that are embedded in this binary.
    static let embedded: WebFolder = {
        let files = polier_web()
        return Dictionary(
            uniqueKeysWithValues: UnsafeBufferPointer(start: files.first, count: files.count).map { file in
                (String(cString: file.name), Data(bytes: file.bytes, count: file.count))
            })
    }()

    /// Those of a folder, without hidden files and documentation.
    /// - Throws: `SettingsError` if it holds no web app.
    init(path: String) throws {
        self.init()
        for name in FileManager.default.enumerator(atPath: path) ?? .init() {
            guard let name = name as? String, WebApp.Kind(of: name) != nil, !name.hasPrefix(".") else { continue }
            self[name] = FileManager.default.contents(atPath: path + "/" + name)
        }
        guard self["index.html"] != nil else {
            throw SettingsError("POLIER_WEB_DIR is '\(path)', where there is no index.html")
        }
    }
}
