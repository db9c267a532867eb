import Core
import HTTPTypes
import NIOCore

/// How the machines around us ask how we are. Neither answer waits for anything.
struct HealthRoutes {
    let readiness: Readiness

    var routes: [Route] {
        let readiness = readiness
        return [
            Route(method: .get, path: "/livez", needsDatabase: false) { _ in Self.answer(.ok, "{\"status\":\"alive\"}")
            },
            // An outage of the database shows in the body only: callers get our 503 with Retry-After, not the balancer's.
            Route(method: .get, path: "/readyz", needsDatabase: false) { _ in
                if readiness.isDraining { return Self.answer(.serviceUnavailable, "{\"status\":\"draining\"}") }
                if !readiness.schemaFits { return Self.answer(.serviceUnavailable, "{\"status\":\"starting\"}") }
                return readiness.databaseIsUp
                    ? Self.answer(.ok, "{\"status\":\"ready\",\"database\":\"up\"}")
                    : Self.answer(.ok, "{\"status\":\"ready\",\"database\":\"down\"}")
            },
        ]
    }

    private static func answer(_ status: HTTPResponse.Status, _ body: StaticString) -> Answer {
        Answer(status, ByteBuffer(staticString: body), type: "application/json")
    }
}
