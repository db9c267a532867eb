import Core
import Logging

/// The company's world, put behind addresses.
struct API {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime
    let readiness: Readiness

    func responder(logger: Logger, extra: [Route] = []) -> Responder {
        Responder(
            table: RouteTable(routes + extra), readiness: readiness, requestIDs: RequestIDs(runtime), logger: logger)
    }

    private var routes: [Route] {
        let accounts = Accounts(database, hasher: hasher, runtime: runtime)
        let signedIn = SignedInRoutes(accounts: accounts)
        return HealthRoutes(readiness: readiness).routes
            + AuthRoutes(accounts: accounts, signedIn: signedIn).routes
            + UserRoutes(signedIn: signedIn).routes
            + CompanyRoutes(companies: Companies(database), signedIn: signedIn).routes
            + SiteRoutes(sites: Sites(database, runtime: runtime), signedIn: signedIn).routes
            + MaterialRoutes(materials: Materials(database, runtime: runtime), signedIn: signedIn).routes
    }
}
