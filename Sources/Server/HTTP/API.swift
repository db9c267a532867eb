import Core
import Logging
import Storage

/// The use cases behind their routes.
struct API {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime
    let watch: SecurityWatch
    let readiness: Readiness
    let origins: Origins
    let proxies: TrustedProxies
    /// The links in answers; nil for links to this server with the token in the fragment.
    var links: Links?
    /// Whether this server sends mail: a new address of a person then has to be confirmed.
    var hasMail = true
    /// Whether founders of companies have to confirm their email address.
    var provesAddresses = false
    /// Whether anyone can register a company.
    var registrationIsOpen = true
    /// The key that Mailgun signs its webhooks with; nil if it isn't set.
    var mailSigningKey: @Sendable () -> String? = { nil }
    /// How long material that runs low is collected after a mail about it.
    var lowStockPause = Duration.seconds(600)
    /// How many changes a person may make in a minute; 0 for any number.
    var writesPerMinute = Int(clamping: Limit.personWrites.standard)
    var answers = LargeAnswers()
    /// The rules of second factors.
    var factors = FactorPolicy.none
    /// The operator of this server.
    var operatedBy = OperatorSettings(name: nil, address: nil, email: nil, phone: nil, details: nil)

    /// The disk of the database file; nil if the database is on another machine.
    var disk: Disk?
    var startedAt = Runtime.live.now()

    /// - Parameters:
    ///   - web: the web app, at all addresses that aren't the API's.
    ///   - requestLevel: log level of successful requests.
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

    /// All routes that are served and described.
    var routes: [Route] {
        let routes = described
        return routes + DescriptionRoutes(describing: routes).routes
    }

    private var described: [Route] {
        // A caller is asked for in the same round trip as what they want to know.
        let database = database.isRemote ? AssumingDatabase(database) : database
        let accounts = Accounts(
            database, hasher: hasher, provesAddresses: provesAddresses, factors: factors, runtime: runtime)
        let profile = Profile(database, hasher: hasher, hasMail: hasMail, runtime: runtime)
        let cookies = BrowserCookies(origins)
        let limits = LimitValues(database, runtime: runtime)
        let tokens = APITokens(database, factors: factors, runtime: runtime)
        let signedIn = SignedInRoutes(
            database: database, accounts: accounts, tokens: tokens,
            writes: WriteRate(perPerson: writesPerMinute, limits, runtime: runtime),
            proofs: ProofGate(database, provesAddresses: provesAddresses, runtime: runtime),
            rows: RowMeter(database, limits, runtime: runtime), runtime: runtime, watch: watch, origins: origins,
            cookie: cookies.session, uses: SessionUses(database, runtime: runtime), answers: answers)
        let people = People(database, hasMail: hasMail, provesAddresses: provesAddresses, runtime: runtime)
        return AuthRoutes(
            accounts: accounts, profile: profile, signedIn: signedIn, cookies: cookies,
            registrationIsOpen: registrationIsOpen
        ).routes
            + CardRoutes(accounts: accounts, cookies: cookies).routes
            + FactorRoutes(
                accounts: accounts, factors: Factors(database, policy: factors, runtime: runtime), signedIn: signedIn,
                cookies: cookies
            ).routes
            + ProfileRoutes(profile: profile, people: people, signedIn: signedIn).routes
            + CompanyRoutes(
                companies: Companies(
                    database, provesAddresses: provesAddresses, factors: factors, runtime: runtime), signedIn: signedIn
            ).routes
            + UserRoutes(
                people: people, signedIn: signedIn, links: links ?? Links(publicURL: origins.publicURL), hasher: hasher
            ).routes
            + PhoneRoutes(people: people, signedIn: signedIn).routes
            + TokenRoutes(tokens: tokens, signedIn: signedIn).routes
            + OverviewRoutes(overviews: Overviews(database, runtime: runtime), signedIn: signedIn).routes
            + SiteRoutes(sites: Sites(database, runtime: runtime), signedIn: signedIn).routes
            + MaterialRoutes(
                materials: Materials(
                    database, runtime: runtime, collecting: lowStockPause, provesAddresses: provesAddresses),
                signedIn: signedIn
            ).routes
            + TransferRoutes(
                transfers: Transfers(
                    database, runtime: runtime, collecting: lowStockPause, provesAddresses: provesAddresses),
                sites: Sites(database, runtime: runtime), signedIn: signedIn
            ).routes
            + CostRoutes(sites: Sites(database, runtime: runtime), signedIn: signedIn).routes
            + TimeRoutes(timeEntries: TimeEntries(database, runtime: runtime), signedIn: signedIn).routes
            + TimeSheetRoutes(timeSheets: TimeSheets(database, runtime: runtime), signedIn: signedIn).routes
            + DayApprovalRoutes(approvals: DayApprovals(runtime: runtime), signedIn: signedIn).routes
            + WageRoutes(
                wages: Wages(database, runtime: runtime), statements: HourStatements(database, runtime: runtime),
                signedIn: signedIn
            ).routes
            + StatementRoutes(
                statements: HourStatements(database, runtime: runtime),
                records: WorkRecords(database, runtime: runtime),
                signedIn: signedIn
            ).routes
            + HourRoutes(
                check: HoursCheck(database, runtime: runtime), erasures: HourErasures(database, runtime: runtime),
                signedIn: signedIn
            ).routes
            + ClarificationRoutes(
                clarifications: Clarifications(
                    database, runtime: runtime, collecting: lowStockPause, provesAddresses: provesAddresses),
                signedIn: signedIn
            ).routes
            + TargetRoutes(targets: WorkTargets(database, runtime: runtime), signedIn: signedIn).routes
            + AbsenceRoutes(absences: Absences(database, runtime: runtime), signedIn: signedIn).routes
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
