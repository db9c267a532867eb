import CXlsxwriter
import Core
import Foundation
import NIOPosix
import Storage
import Synchronization

/// A table as an XLSX file with real numbers and dates (ISO/IEC 29500). It is written line by line into a folder of its own, so that it
/// takes little memory however long it is, and it is gone with the object.
final class XLSXFile: Sendable {
    private struct Book {
        let workbook: UnsafeMutablePointer<lxw_workbook>
        let sheet: UnsafeMutablePointer<lxw_worksheet>
        let day, moment, hours: UnsafeMutablePointer<lxw_format>
        var row: UInt32 = 0
    }

    static let type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    private let folder: String
    private let path: String
    /// Nil once it is closed.
    private let book: Mutex<Book?>

    /// - Throws: `StorageError` of kind `.misconfigured` if no folder can be made; `.failed` if libxlsxwriter has no memory.
    init(sheet name: String, headings: [String]) throws {
        let folder = try ScratchFolder.make()
        let path = folder + "/table.xlsx"
        (self.folder, self.path) = (folder, path)
        let made = Self.book(at: path, in: folder, sheet: name, headings)
        book = Mutex(made)
        guard book.withLock({ $0 != nil }) else { throw StorageError(.failed, "no XLSX file can be made") }
    }

    deinit {
        book.withLock { book in
            if let book { lxw_workbook_free(book.workbook) }
            book = nil
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func book(at path: String, in folder: String, sheet name: String, _ headings: [String])
        -> sending Book?
    {
        let workbook = folder.withCString { folder in
            var options = lxw_workbook_options()
            options.constant_memory = 1
            options.tmpdir = UnsafeMutablePointer(mutating: folder)
            return workbook_new_opt(path, &options)
        }
        guard let workbook else { return nil }
        guard let sheet = workbook_add_worksheet(workbook, name), let bold = workbook_add_format(workbook),
            let day = workbook_add_format(workbook), let moment = workbook_add_format(workbook),
            let hours = workbook_add_format(workbook)
        else {
            lxw_workbook_free(workbook)
            return nil
        }
        format_set_bold(bold)
        format_set_num_format(day, "dd.mm.yyyy")
        format_set_num_format(moment, "dd.mm.yyyy hh:mm")
        format_set_num_format(hours, "0.00")
        for (column, heading) in headings.enumerated() {
            worksheet_set_column(sheet, UInt16(column), UInt16(column), 18, nil)
            worksheet_write_string(sheet, 0, UInt16(column), heading, bold)
        }
        worksheet_freeze_panes(sheet, 1, 0)
        return Book(workbook: workbook, sheet: sheet, day: day, moment: moment, hours: hours)
    }

    /// The days from the beginning of spreadsheets' calendar to 1970-01-01.
    private static let epoch = 25_569.0

    /// Adds a line.
    /// - Throws: `StorageError` of kind `.failed` if a cell can't be written.
    func add(_ cells: [HourTable.Cell]) throws {
        try book.withLock { book in
            guard var open = book else { return }
            open.row += 1
            for (column, cell) in cells.enumerated() {
                let (sheet, row, column) = (open.sheet, open.row, UInt16(column))
                let result =
                    switch cell {
                    case .none: LXW_NO_ERROR
                    case .text(let text): worksheet_write_string(sheet, row, column, text, nil)
                    case .count(let count): worksheet_write_number(sheet, row, column, Double(count), nil)
                    case .hours(let minutes):
                        worksheet_write_number(sheet, row, column, Double(minutes) / 60, open.hours)
                    case .day(let day):
                        worksheet_write_number(sheet, row, column, Self.epoch + Double(day.daysSince1970), open.day)
                    case .moment(let day, let minute):
                        worksheet_write_number(
                            sheet, row, column, Self.epoch + Double(day.daysSince1970) + Double(minute) / 1440,
                            open.moment)
                    }
                try Self.check(result)
            }
            book = open
        }
    }

    /// Completes the file, on a thread that may block.
    /// - Throws: `StorageError` of kind `.failed` if it can't be written.
    func close() async throws {
        let result = try await NIOThreadPool.singleton.runIfActive { [self] in
            book.withLock { book -> lxw_error in
                defer { book = nil }
                return book.map { workbook_close($0.workbook) } ?? LXW_NO_ERROR
            }
        }
        try Self.check(result)
    }

    private static func check(_ result: lxw_error) throws {
        guard result == LXW_NO_ERROR else {
            let cause = lxw_strerror(result).map { String(cString: $0) } ?? "unknown"
            throw StorageError(.failed, "an XLSX file can't be written: \(cause)")
        }
    }

    /// Reads the file that was closed.
    /// - Parameter take: takes the next piece.
    func read(_ take: (ArraySlice<UInt8>) async throws -> Void) async throws {
        try await AnswerPieces.read(fileAt: path, take)
    }
}
