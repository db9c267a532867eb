/// What is wrong with one value, as a stable code with values.
public struct Flaw: Error, Sendable, Equatable {
    /// The sentence is said after the value's name: "delta is missing".
    public enum Code: String, Sendable, CaseIterable {
        case missing
        case null = "must-not-be-null"
        case empty = "must-not-be-empty"
        case unknownField = "unknown-field"
        case unknownParameter = "unknown-parameter"
        case repeated = "given-twice"

        case notText = "not-text"
        case notObject = "not-an-object"
        case notBoolean = "not-true-or-false"
        case notOneOf = "not-one-of"
        case notWholeNumber = "not-a-whole-number"
        case notQuantity = "not-a-quantity"
        case notDay = "not-a-day"
        case notInstant = "not-an-instant"
        case notDayOrInstant = "not-a-day-or-instant"
        case notID = "not-an-id"
        case notIDs = "not-a-list-of-ids"
        case notCursor = "not-a-cursor"
        case notEmail = "not-an-email"
        case notTimeZone = "not-a-time-zone"

        case tooLong = "too-long"
        case wrongLength = "wrong-length"
        case tooManyEntries = "too-many-entries"
        case controlCharacters = "control-characters"
        case tooManyMarks = "too-many-marks"
        case invisible = "nothing-visible"
        case mixedScripts = "mixed-scripts"
        case webAddress = "web-address"
        case accentedEmail = "accented-email"

        case commonPassword = "common-password"
        case commonWord = "common-word"
        case keyboardPattern = "keyboard-pattern"
        case holdsEmail = "holds-own-email"
        case holdsOwnName = "holds-own-name"
        case holdsCompanyName = "holds-company-name"
        case holdsProductName = "holds-product-name"
        case wrongPassword = "wrong-password"
        case currentPasswordMissing = "current-password-missing"

        case beforeStartDate = "before-start-date"
        case beforeCheckIn = "before-check-in"
        case beforeOwnCheckIn = "before-own-check-in"
        case inFuture = "in-the-future"
        case tooOld = "too-old"
        case notInFuture = "not-in-the-future"
        case tooFarAhead = "too-far-ahead"
        case notOfCompany = "not-of-this-company"
        case operatorByCommand = "operator-by-command"

        public var sentence: String {
            switch self {
            case .missing: "is missing"
            case .null: "must not be null"
            case .empty: "must not be empty"
            case .unknownField: "is not a field of this request"
            case .unknownParameter: "is not a query parameter of this request"
            case .repeated: "must be given once"
            case .notText: "must be text"
            case .notObject: "must be an object"
            case .notBoolean: "must be true or false"
            case .notOneOf: "must be one of {allowed}"
            case .notWholeNumber: "must be a whole number from {min} to {max}"
            case .notQuantity: "must be a number from {min} to {max} with at most three decimals"
            case .notDay: "must be a day as YYYY-MM-DD"
            case .notInstant: "must be an instant as 2026-11-23T08:31:48Z"
            case .notDayOrInstant: "must be a day as YYYY-MM-DD or an instant"
            case .notID: "must be an id"
            case .notIDs: "must be a list of ids"
            case .notCursor: "must be one that a Link header gave"
            case .notEmail: "must be an e-mail address"
            case .notTimeZone: "must be a time zone like Europe/Berlin"
            case .tooLong: "must have at most {max} characters"
            case .wrongLength: "must have {min} to {max} characters"
            case .tooManyEntries: "must have at most {max} entries"
            case .controlCharacters: "must not contain control characters"
            case .tooManyMarks: "must not have more than {max} combining marks in a row"
            case .invisible: "must have something visible in it"
            case .mixedScripts: "must not mix letters of different scripts within one word, as in {word}"
            case .webAddress: "must not contain a web address, as in {word}"
            case .accentedEmail:
                "must have only unaccented letters, digits and signs before the @: not every mail server takes more"
            case .commonPassword: "is one of the most common passwords: choose another one"
            case .commonWord: "is a common word with little besides: choose another one"
            case .keyboardPattern: "is a pattern of the keyboard or a repetition: choose another one"
            case .holdsEmail: "has the e-mail address in it and little besides: choose another one"
            case .holdsOwnName: "has your name in it and little besides: choose another one"
            case .holdsCompanyName: "has the company's name in it and little besides: choose another one"
            case .holdsProductName: "has the product's name in it and little besides: choose another one"
            case .wrongPassword: "is wrong"
            case .currentPasswordMissing: "is missing: a new password or e-mail address needs it"
            case .beforeStartDate: "must not be before startDate"
            case .beforeCheckIn: "must not be before checkedInAt"
            case .beforeOwnCheckIn: "must not be before the check-in at {checkedInAt}"
            case .inFuture: "must not be in the future"
            case .tooOld: "must be at most {days} days ago"
            case .notInFuture: "must be in the future"
            case .tooFarAhead: "must be at most {days} days ahead"
            case .notOfCompany: "names {id}, who is not of this company"
            case .operatorByCommand: "must be one of {allowed}: the command line makes operators"
            }
        }
    }

    public let code: Code
    public let values: Values

    /// - Parameter values: one for each name in the code's sentence.
    public init(_ code: Code, _ values: Values = [:]) { (self.code, self.values) = (code, values) }

    /// What is wrong, in English, said after the value's name.
    public var message: String { values.filled(into: code.sentence) }
}
