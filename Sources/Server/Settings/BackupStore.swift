import ObjectStore

extension ObjectStore {
    /// - Returns: nil where none of it is set.
    /// - Throws: `SettingsError` where only some of it is, or the URL can't be one.
    init?(settings url: String?, region: String?, keyID: String?, secret: String?) throws {
        guard [url, keyID, secret].contains(where: { $0 != nil }) else { return nil }
        guard let url, let keyID, let secret else {
            throw SettingsError(
                "backups go to a store with all of POLIER_BACKUP_S3_URL, POLIER_BACKUP_S3_ACCESS_KEY_ID and "
                    + "POLIER_BACKUP_S3_SECRET_ACCESS_KEY, or with none of them")
        }
        try self.init(url: url, region: region ?? "us-east-1", keyID: keyID, secret: secret)
    }
}
