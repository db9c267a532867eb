public import Storage
public import Testing

/// Reports an issue unless `body` throws a `StorageError` of this kind. Returns the error, so that its message can be
/// checked.
@discardableResult
public func expectError<Value>(
    _ kind: StorageError.Kind, _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async -> StorageError? {
    let comment = Comment(rawValue: what)
    do {
        _ = try await body()
        Issue.record("\(comment): nothing was thrown where \(kind) was expected", sourceLocation: sourceLocation)
    } catch let error as StorageError {
        #expect(error.kind == kind, "\(comment): \(error)", sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record("\(comment): \(error) was thrown where \(kind) was expected", sourceLocation: sourceLocation)
    }
    return nil
}

/// Runs a body several times at once and waits for all of them.
/// - Returns: the results, in the order of their numbers.
public func atOnce<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (_ number: Int) async throws -> Value
) async -> [Result<Value, any Error>] {
    await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
        for number in 0..<count {
            group.addTask {
                do {
                    return (number, .success(try await body(number)))
                } catch {
                    return (number, .failure(error))
                }
            }
        }
        var results: [Int: Result<Value, any Error>] = [:]
        for await (number, result) in group { results[number] = result }
        return (0..<count).compactMap { results[$0] }
    }
}

extension Result where Failure == any Error {
    /// The kind of the storage error, if it is one.
    public var failureKind: StorageError.Kind? {
        guard case .failure(let error) = self else { return nil }
        return (error as? StorageError)?.kind
    }

    public var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
