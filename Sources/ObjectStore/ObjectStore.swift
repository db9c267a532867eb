import CCurl
import Core
import Crypto

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A place for files in any S3-compatible store: a bucket, and a prefix in it. Requests are signed by libcurl
/// (AWS Signature Version 4, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
///
/// Both calls block: for threads of our own only.
public struct ObjectStore: Sendable {
    /// `https://HOST/BUCKET` or `https://HOST/BUCKET/PREFIX`, without a slash at the end.
    public let url: String
    private let region: String
    private let keyID: String
    private let secret: String

    /// What one request can carry (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
    private static let largestFile = 5 << 30
    private static let tries = 3

    /// - Parameters:
    ///   - url: the endpoint, the bucket and, if there is one, the prefix: plain http on this machine only.
    ///   - keyID: the access key's id; `secret` is the key.
    /// - Throws: `CopyRefusal` where the URL can't be one.
    public init(url: String, region: String, keyID: String, secret: String) throws {
        let trimmed = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard
            let match = trimmed.wholeMatch(
                of: /(https?):\/\/([A-Za-z0-9.\-]+|\[[0-9a-f:]+\])(:\d+)?((?:\/[A-Za-z0-9._\-]+)+)/)
        else {
            throw CopyRefusal(
                "POLIER_BACKUP_S3_URL must look like https://ENDPOINT/BUCKET or https://ENDPOINT/BUCKET/PREFIX")
        }
        guard match.1 == "https" || ["127.0.0.1", "localhost", "[::1]"].contains(match.2) else {
            throw CopyRefusal("POLIER_BACKUP_S3_URL must begin with https://: backups hold everything")
        }
        (self.url, self.region, self.keyID, self.secret) = (trimmed, region, keyID, secret)
    }

    /// Uploads a file, in the place of one of the same name. Tries three times where the store or the way to it is at fault.
    /// - Parameters:
    ///   - path: the file on the disk, at most 5 GiB.
    ///   - name: what it is called behind the prefix.
    /// - Throws: `CopyRefusal`.
    public func put(_ path: String, as name: String) throws {
        let file = try Self.opened(path)
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, Int(status.st_size) <= Self.largestFile else {
            throw CopyRefusal("\(path) is larger than the 5 GiB that one upload can carry")
        }
        // The store compares it with what arrives, and the signature covers it.
        let hash = try Self.sha256(of: file)
        try retrying("uploaded to", name) {
            lseek(file, 0, SEEK_SET)
            let transfer = transfer(name, file)
            transfer.set(CURLOPT_UPLOAD, 1)
            transfer.set(size: Int(status.st_size))
            // Nothing that only takes one of libcurl's own headers away: 7.88 would sign it as empty, and not send it.
            transfer.set(headers: ["x-amz-content-sha256: \(hash)", "Content-Type: application/gzip"])
            return transfer.perform()
        }
    }

    /// Downloads a file.
    /// - Parameters:
    ///   - name: what it is called behind the prefix.
    ///   - file: an open file, which is emptied first.
    /// - Throws: `CopyRefusal`.
    public func get(_ name: String, into file: Int32) throws {
        try retrying("downloaded from", name) {
            lseek(file, 0, SEEK_SET)
            ftruncate(file, 0)
            let transfer = transfer(name, file)
            transfer.set(headers: ["x-amz-content-sha256: \(Self.hashOfNothing)"])
            return transfer.perform()
        }
        lseek(file, 0, SEEK_SET)
    }

    private func transfer(_ name: String, _ file: Int32) -> ObjectTransfer {
        let transfer = ObjectTransfer("\(url)/\(Self.escaped(name))", file)
        transfer.set(CURLOPT_AWS_SIGV4, "aws:amz:\(region):s3")
        transfer.set(CURLOPT_USERNAME, keyID)
        transfer.set(CURLOPT_PASSWORD, secret)
        return transfer
    }

    /// A name as the signature's standard wants it in a URL: all but letters, digits and `-._~/` in percent signs.
    private static func escaped(_ name: String) -> String {
        name.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }

    private func retrying(_ what: String, _ name: String, _ attempt: () -> ObjectTransfer.Outcome) throws {
        for number in 1... {
            switch attempt() {
            case .done: return
            case .failed(let reason, let isTemporary):
                guard isTemporary, number < Self.tries else {
                    throw CopyRefusal("\(name) can't be \(what) \(url): \(reason)")
                }
                sleep(UInt32(number * number))
            }
        }
    }

    // MARK: Hashes

    private static let hashOfNothing = SHA256.hash(data: [UInt8]()).hexadecimal

    private static func sha256(of file: Int32) throws -> String {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count >= 0 else { throw CopyRefusal("the backup can't be read: \(String(cString: strerror(errno)))") }
            if count == 0 { return hash.finalize().hexadecimal }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    private static func opened(_ path: String) throws -> Int32 {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw CopyRefusal("\(path) can't be read: \(String(cString: strerror(errno)))") }
        return file
    }
}
