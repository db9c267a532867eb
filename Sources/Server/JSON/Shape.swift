import Core

/// How a value looks on the wire: the fields of its JSON object, in order. Each type's shape stands once, beside its routes.
struct Shape<Model>: Sendable {
    /// One field: its name, and what writes its value.
    struct Field: Sendable {
        fileprivate let name: String
        fileprivate let write: Write

        private init(_ name: String, _ write: @escaping Write) {
            self.name = name
            self.write = write
        }
    }

    typealias Write = @Sendable (Model, inout JSONWriter) -> Void

    /// What stands before each value (`{"id":`, then `,"name":` and so on), and what writes it.
    private let parts: [(before: [UInt8], write: Write)]

    init(_ fields: Field...) {
        parts = fields.enumerated().map { position, field in
            (Array("\(position == 0 ? "{" : ",")\"\(field.name)\":".utf8), field.write)
        }
    }

    func write(_ model: Model, to json: inout JSONWriter) {
        for part in parts {
            json.raw(part.before)
            part.write(model, &json)
        }
        json.raw("}")
    }

    func write(_ models: some Sequence<Model>, to json: inout JSONWriter) {
        json.raw("[")
        var isFirst = true
        for model in models {
            if !isFirst { json.raw(",") }
            isFirst = false
            write(model, to: &json)
        }
        json.raw("]")
    }
}

extension Shape.Field {
    static func text(_ name: String, _ get: @escaping @Sendable (Model) -> String) -> Self {
        Self(name) { model, json in json.text(get(model)) }
    }

    static func optionalText(_ name: String, _ get: @escaping @Sendable (Model) -> String?) -> Self {
        Self(name) { model, json in if let value = get(model) { json.text(value) } else { json.null() } }
    }

    static func boolean(_ name: String, _ get: @escaping @Sendable (Model) -> Bool) -> Self {
        Self(name) { model, json in json.boolean(get(model)) }
    }

    static func integer(_ name: String, _ get: @escaping @Sendable (Model) -> Int) -> Self {
        Self(name) { model, json in json.integer(get(model)) }
    }

    static func quantity(_ name: String, _ get: @escaping @Sendable (Model) -> Quantity) -> Self {
        Self(name) { model, json in json.quantity(get(model)) }
    }

    static func day(_ name: String, _ get: @escaping @Sendable (Model) -> Day) -> Self {
        Self(name) { model, json in json.day(get(model)) }
    }

    static func instant(_ name: String, _ get: @escaping @Sendable (Model) -> Instant) -> Self {
        Self(name) { model, json in json.instant(get(model)) }
    }

    static func optionalInstant(_ name: String, _ get: @escaping @Sendable (Model) -> Instant?) -> Self {
        Self(name) { model, json in if let value = get(model) { json.instant(value) } else { json.null() } }
    }

    static func object<Part>(
        _ name: String, _ shape: Shape<Part>, _ get: @escaping @Sendable (Model) -> Part
    ) -> Self {
        Self(name) { model, json in shape.write(get(model), to: &json) }
    }

    static func list<Part>(
        _ name: String, _ shape: Shape<Part>, _ get: @escaping @Sendable (Model) -> [Part]
    ) -> Self {
        Self(name) { model, json in shape.write(get(model), to: &json) }
    }
}
