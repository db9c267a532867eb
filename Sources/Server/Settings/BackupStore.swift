import ObjectStore

extension ObjectStore {
    /// Nil if none of its settings is set.
    /// - Throws: `SettingsError` if only some are set; `CopyRefusal` if the URL isn't valid.
    init?(_ values: SettingValues) throws {
        let (url, keyID, secret) = (values.backupStoreURL, values.backupStoreKeyID, values.backupStoreSecret)
        guard [url, keyID, secret].contains(where: { $0 != nil }) else { return nil }
        guard let url, let keyID, let secret else {
            throw SettingsError(
                "backups go to a store with all of POLIER_BACKUP_S3_URL, POLIER_BACKUP_S3_ACCESS_KEY_ID and "
                    + "POLIER_BACKUP_S3_SECRET_ACCESS_KEY, or with none of them")
        }
        try self.init(url: url, region: values.backupStoreRegion, keyID: keyID, secret: secret)
    }
}
