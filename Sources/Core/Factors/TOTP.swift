import Crypto
import Foundation
import Storage

/// One-time codes by the clock as authenticator apps make them (TOTP, RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds.
struct TOTP: Sendable {
    static let digits = 6
    /// In seconds.
    static let period: Int64 = 30
    /// In bytes, as RFC 4226, section 4 recommends.
    static let secretLength = 20
    /// How many steps a phone's clock may be ahead or behind (RFC 6238, section 5.2).
    static let tolerance: Int64 = 1

    let secret: [UInt8]

    static func step(at instant: Instant) -> Int64 { floorDivide(instant.milliseconds, period * 1000) }

    /// The code of a step, with its leading zeros.
    func code(at step: Int64) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Data($0) }
        let hash = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        // RFC 4226, section 5.3: the last four bits say where the 31 bits of the code begin, at most at the 16th byte of 20.
        let start = Int(hash.last ?? 0) & 0x0F
        let number = hash.dropFirst(start).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: max(0, Self.digits - text.utf8.count)) + text
    }

    /// The step of a typed code, if it is one that counts now.
    /// - Parameter last: the last step whose code was accepted: neither it nor earlier ones count again.
    func step(of typed: String, after last: Int64?, now: Instant) -> Int64? {
        let current = Self.step(at: now)
        var found: Int64?
        // All of them, so that the time doesn't reveal which one came close.
        for step in current - Self.tolerance...current + Self.tolerance
        where Self.isSame(typed, code(at: step)) && step > last ?? .min {
            found = step
        }
        return found
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The content of the QR code for an authenticator app, in Google's "Key Uri Format".
    func uri(of label: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@")
        let name = label.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
        return "otpauth://totp/Polier:\(name)?secret=\(Base32.text(secret))&issuer=Polier&algorithm=SHA1"
            + "&digits=\(Self.digits)&period=\(Self.period)"
    }
}

/// RFC 4648, section 6, without padding: what people type into an authenticator app that can't scan.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var (text, bits, count): ([UInt8], UInt32, UInt32) = ([], 0, 0)
        for byte in bytes {
            (bits, count) = ((bits & 0x1F) << 8 | UInt32(byte), count + 8)
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> count & 0x1F)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << (5 - count) & 0x1F)]) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// What a person types where a second factor is asked for.
enum TypedCode: Sendable {
    /// Six digits of an authenticator app.
    case totp(String)
    case recovery(RecoveryCode)

    /// Blanks and hyphens are ignored. Nil if it can be neither.
    init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        let kept = text.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
        let isNumber = kept.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if kept.count == TOTP.digits, isNumber {
            self = .totp(String(decoding: kept, as: UTF8.self))
        } else if let code = RecoveryCode(typed: text) {
            self = .recovery(code)
        } else {
            return nil
        }
    }
}
