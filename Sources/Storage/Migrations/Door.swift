/// What a connection finds on PostgreSQL: its role, the database's text encoding, and the schema that it would read and write. Queried
/// before anything is created.
package struct Door: Sendable {
    private let database: String
    private let role: String
    /// The first schema of the search path that exists and may be used; empty if there is none.
    private let schema: String
    private let searchPath: String
    private let encoding: String
    private let mayMake: Bool
    /// The owner of Polier's tables in that schema; empty if there are none.
    private let owner: String
    private let isOwner: Bool
    private let mayRead: Bool
    /// Another schema with Polier's tables that this role may read; empty if there is none.
    private let elsewhere: String

    private init(_ row: inout Row) throws {
        database = try row.next()
        role = try row.next()
        schema = try row.next()
        searchPath = try row.next()
        encoding = try row.next()
        mayMake = try row.next()
        owner = try row.next()
        isOwner = try row.next()
        mayRead = try row.next()
        elsewhere = try row.next()
    }

    /// Finds Polier by the columns of `schema_migrations`: other programs have a table of that name too.
    package static var query: Query<Door> {
        Query(
            """
            WITH marks AS (
                SELECT tables.oid, tables.relowner, spaces.nspname
                FROM pg_class AS tables JOIN pg_namespace AS spaces ON spaces.oid = tables.relnamespace
                WHERE tables.relname = 'schema_migrations' AND tables.relkind = 'r' AND 3 = (
                    SELECT COUNT(*) FROM pg_attribute AS columns
                    WHERE columns.attrelid = tables.oid AND columns.attname IN ('checksum', 'runs_with', 'claimed_until'))
            )
            SELECT CAST(current_database() AS TEXT), CAST(current_user AS TEXT), COALESCE(CAST(current_schema() AS TEXT), ''),
                current_setting('search_path'), current_setting('server_encoding'),
                COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE),
                COALESCE((SELECT CAST(pg_get_userbyid(m.relowner) AS TEXT) FROM marks AS m
                    WHERE m.nspname = current_schema()), ''),
                COALESCE((SELECT pg_has_role(m.relowner, 'USAGE') FROM marks AS m
                    WHERE m.nspname = current_schema()), FALSE),
                COALESCE((SELECT has_table_privilege(m.oid, 'SELECT') FROM marks AS m
                    WHERE m.nspname = current_schema()), TRUE),
                COALESCE((SELECT CAST(m.nspname AS TEXT) FROM marks AS m
                    WHERE m.nspname IS DISTINCT FROM current_schema() AND has_table_privilege(m.oid, 'SELECT')
                        AND has_schema_privilege(m.nspname, 'USAGE')
                    ORDER BY m.nspname <> ALL (current_schemas(FALSE)), m.nspname LIMIT 1), '')
            """
        ) { try Door(&$0) }
    }

    var hasSchema: Bool { !owner.isEmpty }

    /// - Throws: `StorageError` of kind `.misconfigured` if the encoding isn't UTF8, which can't hold every name.
    package func checkEncoding() throws(StorageError) {
        guard encoding != "UTF8" else { return }
        throw misconfigured(
            """
            The database "\(database)" has the encoding \(encoding), and Polier keeps text in UTF8: make another one by \
            CREATE DATABASE polier_utf8 ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C'; 'polier copy' brings there what is in this one.
            """)
    }

    /// - Throws: `StorageError` of kind `.misconfigured` if there is no usable schema, or Polier's tables are in another one or
    ///   unreadable.
    package func checkPlace() throws(StorageError) {
        if schema.isEmpty {
            throw misconfigured(
                """
                The search_path of the role "\(role)" in the database "\(database)" is '\(searchPath)', which names no schema that is \
                there and may be used: make one by CREATE SCHEMA, or set another by ALTER ROLE \(quoted(role)) IN DATABASE \
                \(quoted(database)) SET search_path = public.
                """)
        }
        guard mayRead else {
            throw misconfigured(
                """
                Polier's tables in the database "\(database)" belong to the role "\(owner)", and "\(role)" may not read them: come as \
                "\(owner)", or let it give the rights by GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(quoted(schema)) \
                TO \(quoted(role)).
                """)
        }
        guard owner.isEmpty, !elsewhere.isEmpty else { return }
        throw misconfigured(
            """
            Polier's tables are in the schema "\(elsewhere)" of the database "\(database)", and this connection would use "\(schema)" (its \
            search_path is '\(searchPath)'): set it by ALTER ROLE \(quoted(role)) IN DATABASE \(quoted(database)) SET search_path = \
            \(quoted(elsewhere)), or end the URL with ?options=-csearch_path%3D\(elsewhere). A second Polier needs a database of its own.
            """)
    }

    /// Call it only if something is to be created.
    /// - Throws: `StorageError` of kind `.misconfigured` if the role lacks the privilege.
    package func checkMayMake() throws(StorageError) {
        if hasSchema, !isOwner {
            throw misconfigured(
                """
                Polier's tables in the database "\(database)" belong to the role "\(owner)", and "\(role)" may not change them: run \
                'polier migrate' as "\(owner)".
                """)
        }
        guard !mayMake else { return }
        throw misconfigured(
            """
            The role "\(role)" may make no tables in the schema "\(schema)" of the database "\(database)": run this as a role that may, or \
            give it the right by GRANT CREATE ON SCHEMA \(quoted(schema)) TO \(quoted(role)), or by ALTER DATABASE \
            \(quoted(database)) OWNER TO \(quoted(role)).
            """)
    }

    private func misconfigured(_ sentence: String) -> StorageError { StorageError(.misconfigured, sentence) }

    /// A name as SQL takes it: quoted if it has to be.
    private func quoted(_ name: String) -> String {
        name.wholeMatch(of: /[a-z_][a-z0-9_]*/) != nil ? name : "\"\(name.replacing("\"", with: "\"\""))\""
    }
}

extension Migrator {
    /// Nil on SQLite, whose driver checks the file itself.
    /// - Throws: the database's `StorageError`.
    package func door() async throws -> Door? {
        guard database.dialect == .postgres else { return nil }
        return try await database.fetch(Door.query).first
    }
}
