import Storage
import Testing

@Suite("The text of a statement")
struct SQLTests {
    @Test("only other statements' text is put into it")
    func interpolation() {
        let columns: SQL = "id, name"
        let sql: SQL = "SELECT \(columns) FROM users WHERE id = $1"
        #expect(sql.text == "SELECT id, name FROM users WHERE id = $1")
        #expect(sql == SQL(unchecked: sql.text))
        #expect(Set([sql, SQL(unchecked: sql.text), columns]).count == 2)
    }

    @Test("a statement keeps its values in order, with their types")
    func values() {
        let statement = Statement(
            "SELECT 1", "a", 2 as Int64, true, [3] as [UInt8], String?.none, Int64?.some(4), Instant?.none)
        #expect(
            statement.values == [
                .text("a"), .integer(2), .boolean(true), .bytes([3]), .null(.text), .integer(4),
                .null(.integer),
            ])
        #expect(
            statement.values.map(\.type) == [.text, .integer, .boolean, .bytes, .text, .integer, .integer])
        #expect(Statement("SELECT 1").values == [])
    }

    @Test(
        "what begins, ends or nests a transaction is known by its first word",
        arguments: [
            "BEGIN", "begin", "  \n\tBegin IMMEDIATE", "START TRANSACTION", "COMMIT", "commit;", "END",
            "ROLLBACK TO x",
            "ABORT",
            "SAVEPOINT x", "RELEASE x", "PREPARE TRANSACTION 'x'", "-- a remark\nCOMMIT",
            "/* a remark */COMMIT",
            "/* a */ -- b\n /* c */ COMMIT", ";COMMIT", " ; ; COMMIT",
        ])
    func controls(text: String) {
        #expect(SQL(unchecked: text).controlsTransaction)
    }

    @Test(
        "what only looks like it is let through",
        arguments: [
            "SELECT 1", "", "UPDATE commits SET a = 1", "beginning", "-- COMMIT\nSELECT 1",
            "/* COMMIT */ SELECT 1",
            "-- COMMIT",
            "/* COMMIT", "INSERT INTO a VALUES ('COMMIT')",
        ])
    func doesNotControl(text: String) {
        #expect(!SQL(unchecked: text).controlsTransaction)
    }
}
