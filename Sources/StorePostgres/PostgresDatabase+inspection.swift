public import Storage

extension PostgresDatabase {
    public func inspect() throws -> [Inspection] { [.of("connections", checkConnections), .of("disk", checkDisk)] }

    /// How many connections the server allows this role, at most and now.
    private struct ConnectionCapacity {
        let server, reserved, role, database: Int
        let used, usedByRole, usedOfDatabase: Int

        /// A negative limit means none.
        var most: Int { min(server - reserved, role < 0 ? .max : role, database < 0 ? .max : database) }
        var now: Int {
            let ofRole = role < 0 ? .max : role - usedByRole
            let ofDatabase = database < 0 ? .max : database - usedOfDatabase
            return max(0, min(server - reserved - used, ofRole, ofDatabase))
        }

        init(_ row: inout Row) throws {
            server = Int(try row.next() as Int64)
            reserved = Int(try row.next() as Int64)
            role = Int(try row.next() as Int64)
            database = Int(try row.next() as Int64)
            used = Int(try row.next() as Int64)
            usedByRole = Int(try row.next() as Int64)
            usedOfDatabase = Int(try row.next() as Int64)
        }

        /// Superusers have only the server's own limit; from PostgreSQL 16 on some connections are reserved for other
        /// roles.
        static let query = Query<ConnectionCapacity>(
            """
            SELECT CAST(current_setting('max_connections') AS BIGINT),
                CASE WHEN r.rolsuper THEN 0 ELSE CAST(current_setting('superuser_reserved_connections') AS BIGINT)
                    + CAST(COALESCE(current_setting('reserved_connections', TRUE), '0') AS BIGINT) END,
                CASE WHEN r.rolsuper THEN -1 ELSE CAST(r.rolconnlimit AS BIGINT) END,
                CASE WHEN r.rolsuper THEN -1 ELSE CAST(d.datconnlimit AS BIGINT) END,
                (SELECT COUNT(*) FROM pg_stat_activity AS a
                    WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL AND a.pid <> pg_backend_pid()),
                (SELECT COUNT(*) FROM pg_stat_activity AS a
                    WHERE a.usesysid = r.oid AND a.datid IS NOT NULL AND a.pid <> pg_backend_pid()),
                (SELECT COUNT(*) FROM pg_stat_activity AS a
                    WHERE a.datid = d.oid AND a.usesysid IS NOT NULL AND a.pid <> pg_backend_pid())
            FROM pg_roles AS r, pg_database AS d
            WHERE r.rolname = current_user AND d.datname = current_database()
            """
        ) { try ConnectionCapacity(&$0) }
    }

    private func checkConnections() throws -> Inspection {
        guard let capacity = try fetch(ConnectionCapacity.query).first else {
            return Inspection("connections", isGood: false, "the server doesn't say how many it gives")
        }
        let pool = "a server's pool has \(poolSize) (POLIER_DATABASE_POOL)"
        guard capacity.most >= poolSize else {
            return Inspection(
                "connections", isGood: false,
                """
                this role gets \(capacity.most) at most, and \(pool): raise the limit (max_connections \(capacity.server), the role's \
                \(Self.limit(capacity.role)), the database's \(Self.limit(capacity.database))) or lower the pool
                """)
        }
        return Inspection(
            "connections", isGood: true,
            "room for \(capacity.now) more now, of \(capacity.most) that this role gets at most; \(pool), and one more while it migrates"
        )
    }

    private static func limit(_ number: Int) -> String { number < 0 ? "none" : "\(number)" }

    /// A client can't see the server's file system.
    private func checkDisk() throws -> Inspection {
        let found = try fetch(
            Query("SELECT pg_database_size(current_database()), current_setting('data_checksums')") {
                (size: try $0.next() as Int64, checksums: try $0.next() as String)
            }
        ).first
        guard let found else {
            return Inspection("disk", isGood: false, "the server doesn't say how large the database is")
        }
        let checksums =
            found.checksums == "on"
            ? "data checksums are on, so the rows that were read are as they were written; indexes weren't looked at (amcheck does)"
            : "data checksums are off, so a disk that changes data goes unnoticed (pg_checksums --enable)"
        return Inspection(
            "disk", isGood: true,
            "the database has \(found.size >> 20) MiB; how much is free on the server's disk can't be seen from here; \(checksums)"
        )
    }

    private func fetch<Value: Sendable>(_ query: Query<Value>) throws -> [Value] {
        try withSnapshot { try Transaction($0, Aftermath()).fetch(query) }
    }
}
