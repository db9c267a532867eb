import Core
import HTTPTypes
import NIOCore

/// Liveness and readiness probes. Neither waits for anything.
struct HealthRoutes {
    let readiness: Readiness

    var routes: [Route] {
        let readiness = readiness
        return [
            .fixed(
                "/livez", in: .server, .init("Check liveness", "Answers while the process is alive."),
                result: .text(
                    "application/json", "The process is alive.", schema: Self.schema(["status": Self.status(["alive"])])
                ),
                isProbe: true
            ) { Self.answer(.ok, "{\"status\":\"alive\"}") },
            // An outage of the database is only shown in the body, so that callers get this server's 503 with Retry-After and not the
            // load balancer's.
            .fixed(
                "/readyz", in: .server,
                .init(
                    "Check readiness",
                    """
                    Whether requests should be sent to this server. 503 until the schema is known to fit (`starting`), while the \
                    server shuts down (`draining`), and once the database is damaged, or its file was moved or replaced \
                    (`broken`). An outage of the database or of the mail transport is only shown in the body.
                    """),
                result: .text("application/json", "The server is ready.", schema: Self.ready),
                refusals: [
                    .of(RequestProblem.unavailable, "The server is starting, shutting down, or its database is broken.")
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

    private static let ready = schema([
        "status": status(["ready"]),
        "database": [
            "type": "string", "enum": ["up", "down"], "description": "Whether the database could be reached lately.",
        ],
        "mail": [
            "type": "string", "enum": ["up", "down", "off"],
            "description": "Whether mail could be sent lately; `off` if no mail transport is configured.",
        ],
    ])

    private static func status(_ words: JSONValue) -> JSONValue {
        ["type": "string", "enum": words, "description": "The state of this server."]
    }

    private static func schema(_ properties: JSONValue) -> JSONValue {
        ["type": "object", "properties": properties, "required": ["status"]]
    }

    private static func answer(_ status: HTTPResponse.Status, _ body: String) -> Answer {
        Answer(status, ByteBuffer(string: body), type: "application/json")
    }
}
