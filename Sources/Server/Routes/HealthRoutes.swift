import Core
import HTTPTypes
import NIOCore

/// How the machines around us ask how we are. Neither answer waits for anything.
struct HealthRoutes {
    let readiness: Readiness

    var routes: [Route] {
        let readiness = readiness
        return [
            .still(
                "/livez", .init("Whether the process lives", "Answers as long as it does."),
                result: .text("application/json", "It lives.", schema: Self.schema), isProbe: true
            ) { Self.answer(.ok, "{\"status\":\"alive\"}") },
            // An outage of the database shows in the body only: callers get our 503 with Retry-After, not the balancer's.
            .still(
                "/readyz",
                .init(
                    "Whether to send requests here",
                    """
                    503 until the schema was seen to fit, while the server is being stopped, and once the database was found damaged, or \
                    its file moved or replaced (`broken`). An outage of the database or \
                    of what carries mail shows in the body only; its mail is `off` where no way for mail is set.
                    """),
                result: .text("application/json", "Send them.", schema: Self.schema),
                refusals: [
                    .of(RequestProblem.unavailable, "It is starting, being stopped, or its database is broken.")
                ], isProbe: true
            ) {
                if readiness.isDraining { return Self.answer(.serviceUnavailable, "{\"status\":\"draining\"}") }
                if readiness.databaseIsBroken { return Self.answer(.serviceUnavailable, "{\"status\":\"broken\"}") }
                if !readiness.schemaFits { return Self.answer(.serviceUnavailable, "{\"status\":\"starting\"}") }
                let (database, mail) = (readiness.databaseIsUp ? "up" : "down", readiness.mailState)
                return Self.answer(.ok, "{\"status\":\"ready\",\"database\":\"\(database)\",\"mail\":\"\(mail)\"}")
            },
        ]
    }

    private static let schema: JSONValue = [
        "type": "object",
        "properties": ["status": ["type": "string"], "database": ["type": "string"], "mail": ["type": "string"]],
        "required": ["status"],
    ]

    private static func answer(_ status: HTTPResponse.Status, _ body: String) -> Answer {
        Answer(status, ByteBuffer(string: body), type: "application/json")
    }
}
