import Core
import Foundation
import Testing

@testable import Server

/// Files that used to be a backup.
@Suite struct DamagedBackupTests {
    /// A backup of a small company, as a file and as text.
    private static func withBackup(_ body: (TemporaryFolder, _ file: [UInt8], _ text: String) async throws -> Void)
        async throws
    {
        try await Engine.sqlite.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await DirectAccess.fill(url, movements: 300)
            let path = folder.path + "/whole.gz"
            #expect(try await Binary.run(["backup", path], environment: ["POLIER_DATABASE_URL": url]).code == 0)
            let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            try await body(folder, file, try inflated(file))
        }
    }

    private static func inflated(_ file: [UInt8]) throws -> String {
        var rest = file[...]
        let reader = GzipReader { memory in
            let count = min(memory.count, rest.count)
            memory.copyBytes(from: rest.prefix(count))
            rest.removeFirst(count)
            return count
        }
        var text: [UInt8] = []
        while let piece = try reader.next() { text += piece }
        return String(decoding: text, as: UTF8.self)
    }

    private static func write(_ bytes: [UInt8], _ folder: TemporaryFolder) throws -> String {
        let path = folder.path + "/\(UUID().uuidString).gz"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static func verify(_ bytes: [UInt8], _ folder: TemporaryFolder) throws -> [TableContents] {
        try BackupFile(path: try write(bytes, folder)).opened().verify { _ in }
    }

    @Test func whateverIsCutOffOrFlippedIsRefused() async throws {
        try await Self.withBackup { folder, file, _ async throws in
            #expect(try Self.verify(file, folder).contains { $0.table == "movements" && $0.fingerprint.rows == 300 })
            for part in 0..<40 {
                #expect(throws: CopyRefusal.self, "cut off after \(part) fortieths") {
                    try Self.verify(Array(file.prefix(file.count * part / 40)), folder)
                }
            }
            #expect(throws: CopyRefusal.self, "the last byte is missing") { try Self.verify(file.dropLast(), folder) }
            #expect(throws: CopyRefusal.self, "a byte more") { try Self.verify(file + [0], folder) }
            // After gzip's own header, whose time and system don't matter.
            for place in stride(from: 10, to: file.count, by: max(1, file.count / 97)) {
                var flipped = file
                flipped[place] ^= 1 << (place % 8)
                #expect(throws: CopyRefusal.self, "byte \(place) flipped") { try Self.verify(flipped, folder) }
            }
        }
    }

    /// Changes the uncompressed text, with a matching gzip checksum.
    @Test func whatSomebodyChangedIsRefused() async throws {
        try await Self.withBackup { folder, _, text async throws in
            func compressed(_ text: String) throws -> [UInt8] {
                var bytes: [UInt8] = []
                let writer = try GzipWriter { bytes += $0 }
                try Array(text.utf8).withUnsafeBytes { try writer.add($0) }
                try writer.finish()
                return bytes
            }
            #expect(try Self.verify(compressed(text), folder).count > 10)
            var lines = text.components(separatedBy: "\n")
            let row = try #require(lines.firstIndex { $0.hasPrefix("c\ts\tm\t7\t") })
            let table = try #require(lines.firstIndex { $0.hasPrefix("COPY mails ") })
            var changes: [String: String] = [
                "another amount": text.replacing("id-7\t1\t7\t", with: "id-7\t1\t9\t"),
                "another time": text.replacing("\"takenAt\":\"2", with: "\"takenAt\":\"3"),
                "another count": text.replacing("{\"rows\":300,", with: "{\"rows\":301,"),
                "something behind the end": text + "\n",
                "no text": "", "another text": "Guten Tag\n",
            ]
            changes["a row less"] = (lines[..<row] + lines[(row + 1)...]).joined(separator: "\n")
            changes["a table less"] = (lines[..<table] + lines[(table + 3)...]).joined(separator: "\n")
            lines.swapAt(row, row + 1)
            changes["two rows in another order"] = lines.joined(separator: "\n")
            for (what, changed) in changes {
                #expect(changed != text)
                #expect(throws: CopyRefusal.self, "\(what)") { try Self.verify(compressed(changed), folder) }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func nothingOfADamagedFileIsRestored(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await Self.withBackup { folder, file, _ async throws in
                var flipped = file
                // In gzip's checksum: all rows have been written by then.
                flipped[file.count - 6] ^= 1
                for (bytes, sentence) in [
                    (flipped, "polier: the backup is damaged, or isn't a file of 'polier backup'\n"),
                    (Array(file.prefix(file.count / 2)), "polier: the backup is incomplete: its file ends too early\n"),
                ] {
                    let path = try Self.write(bytes, folder)
                    let restored = try await BackupTests.restore(path, url)
                    #expect(restored.code == 1 && restored.output == sentence, "\(restored.output)")
                    #expect(try await Binary.run(["backup", "--verify", path]).output == sentence)
                    #expect(try await DirectAccess.isEmpty(at: url))
                }
                let missing = try await BackupTests.restore(folder.path + "/nowhere.gz", url)
                #expect(missing.output.contains("nowhere.gz can't be read: No such file or directory"))
                #expect(try await BackupTests.restore(try Self.write(file, folder), url).code == 0)
            }
        }
    }
}
