import Logging

extension Settings {
    /// Warns of settings that are valid but will surprise the operator.
    func warn(_ logger: Logger) {
        if !carriesMail {
            logger.warning(
                "no mail transport is set: people get invitations only as a link that the app shows, and no one can reset a password"
            )
        }
        if origins.isUnnamed {
            logger.warning(
                "links begin with \(origins.publicURL), which no browser can open: set POLIER_PUBLIC_URL to the address that people use"
            )
        }
        if origins.isLocal && !trustedProxies.isEmpty {
            logger.warning(
                """
                POLIER_PUBLIC_URL names this machine, and POLIER_TRUSTED_PROXIES a proxy: links, cookies, /metrics and the log \
                are as for people on this machine alone
                """)
        }
        if let missingKey { logger.warning("\(missingKey)") }
        if origins.isHTTPS && trustedProxies.isEmpty {
            logger.warning(
                "POLIER_TRUSTED_PROXIES is not set: behind a proxy, all sign-ins count as from one address")
        }
    }
}
