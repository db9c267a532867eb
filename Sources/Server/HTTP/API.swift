import Core
import Logging

/// The company's world, put behind addresses.
struct API {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime
    let watch: SecurityWatch
    let readiness: Readiness
    let origins: Origins
    let proxies: TrustedProxies
    /// Nil for tokens in the fragment of this server's own address.
    var links: Links?
    /// Whether mail leaves this server: another address of a person then holds once it is confirmed.
    var hasMail = true
    /// Whether who founds a company proves their e-mail address.
    var provesAddresses = false
    /// Whether companies register themselves.
    var registrationIsOpen = true
    /// What Mailgun signs its messages to us with, if it is set.
    var mailSigningKey: @Sendable () -> String? = { nil }
    /// How long what runs low is collected after a mail that said so.
    var lowStockPause = Duration.seconds(600)
    /// How many changes a person may make in a minute; 0 for any number.
    var writesPerMinute = Int(clamping: Limit.personWrites.standard)
    var answers = LargeAnswers()
    /// Who runs this server.
    var operatedBy = OperatorSettings(name: nil, address: nil, email: nil, phone: nil, details: nil)

    /// Where the database file is; nil where it is on another machine.
    var disk: Disk?
    var startedAt = Runtime.live.now()

    /// - Parameters:
    ///   - web: the web app, at all other addresses than the API's.
    ///   - requestLevel: how loud a request that went well is.
    func responder(
        logger: Logger, web: WebPages, traffic: Traffic, requestLevel: Logger.Level, extra: [Route] = []
    ) -> Responder {
        Responder(
            table: RouteTable(routes + extra), web: web, readiness: readiness,
            requestIDs: RequestIDs(runtime, proxies: proxies),
            origins: origins,
            proxies: proxies, securityHeaders: SecurityHeaders(origins), watch: watch, traffic: traffic,
            requestLevel: requestLevel, logger: logger)
    }

    /// All that are described and served.
    var routes: [Route] {
        let routes = described
        return routes + DescriptionRoutes(describing: routes).routes
    }

    private var described: [Route] {
        let accounts = Accounts(database, hasher: hasher, provesAddresses: provesAddresses, runtime: runtime)
        let profile = Profile(database, hasher: hasher, hasMail: hasMail, runtime: runtime)
        let cookie = SessionCookie(isHTTPS: origins.isHTTPS)
        let limits = LimitValues(database, runtime: runtime)
        let signedIn = SignedInRoutes(
            accounts: accounts, writes: WriteRate(perPerson: writesPerMinute, limits, runtime: runtime),
            proofs: ProofGate(database, provesAddresses: provesAddresses, runtime: runtime),
            rows: RowMeter(database, limits, runtime: runtime), runtime: runtime, watch: watch, origins: origins,
            cookie: cookie, uses: SessionUses(database, runtime: runtime), answers: answers)
        let people = People(database, hasMail: hasMail, provesAddresses: provesAddresses, runtime: runtime)
        let browserCookie = SessionCookie(isHTTPS: origins.isHTTPS, of: "browser")
        return AuthRoutes(
            accounts: accounts, profile: profile, signedIn: signedIn, cookie: cookie, browserCookie: browserCookie,
            registrationIsOpen: registrationIsOpen
        ).routes
            + ProfileRoutes(profile: profile, people: people, signedIn: signedIn).routes
            + CompanyRoutes(
                companies: Companies(database, provesAddresses: provesAddresses, runtime: runtime), signedIn: signedIn
            ).routes
            + UserRoutes(
                people: people, signedIn: signedIn, links: links ?? Links(publicURL: origins.publicURL)
            ).routes
            + OverviewRoutes(overviews: Overviews(database, runtime: runtime), signedIn: signedIn).routes
            + SiteRoutes(sites: Sites(database, runtime: runtime), signedIn: signedIn).routes
            + MaterialRoutes(
                materials: Materials(
                    database, runtime: runtime, collecting: lowStockPause, provesAddresses: provesAddresses),
                signedIn: signedIn
            ).routes
            + TimeRoutes(times: Times(database, runtime: runtime), signedIn: signedIn).routes
            + AuditRoutes(history: History(database), signedIn: signedIn).routes
            + MailRoutes(
                mails: Mails(database), runtime: runtime, signedIn: signedIn, signingKey: mailSigningKey
            ).routes
            + OperatorRoutes(settings: operatedBy).routes
            + StatusRoutes(
                database: database,
                companies: Companies(database, provesAddresses: provesAddresses, runtime: runtime),
                notices: Notices(database, runtime: runtime), readiness: readiness, runtime: runtime, disk: disk,
                startedAt: startedAt, signedIn: signedIn
            ).routes
            + HealthRoutes(readiness: readiness).routes
    }
}
