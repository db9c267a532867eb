import Foundation
import NIOCore

extension SettingsError {
    /// For an address that can't be listened on.
    /// - Parameter setting: of the port.
    init<Value>(
        _ error: IOError, listeningOn host: String, _ port: Int, _ setting: KeyPath<SettingTable, Setting<Value>>
    ) {
        let setting = SettingTable.rows[keyPath: setting]
        let address = "\(host), port \(port)"
        let cause = String(cString: strerror(error.errnoCode))
        let sentence =
            switch error.errnoCode {
            case EADDRINUSE: "\(address) is taken: choose another port with \(setting.name) or --\(setting.flagName)"
            case EACCES: "\(address) can't be listened on (\(cause)): choose another port with \(setting.name)"
            default: "\(address) can't be listened on (\(cause)): see \(SettingTable.rows.httpHost.name)"
            }
        self.init(sentence)
    }
}
