import Core
import HTTPTypes

struct AuthRoutes {
    let accounts: Accounts
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let accounts = accounts
        return [
            .open(.post, "/api/v1/auth/register") { call in
                let fields = try await Registration.read(from: call.request)
                let user = try await accounts.register(
                    fields.person, company: fields.companyName, address: fields.address, language: fields.language)
                return .one(
                    Registered(message: "The company is registered: sign in.", user: user), .created)
            },
            .open(.post, "/api/v1/auth/signin") { call in
                let fields = try await Credentials.read(from: call.request)
                return .one(try await accounts.signIn(email: fields.email, password: fields.password))
            },
            signedIn(.post, "/api/v1/auth/signout") { _, actor in
                try await accounts.signOut(actor)
                return .noContent
            },
        ]
    }
}

private struct Registration: BodyFields {
    let person: Accounts.NewPerson
    let companyName: String
    let address: Address
    let language: Language

    init?(_ fields: inout FieldReader) {
        let (email, password) = (fields.email("email"), fields.newPassword("password"))
        let (firstName, lastName) = (fields.line("firstName", max: 100), fields.line("lastName", max: 100))
        let (companyName, address) = (fields.line("companyName"), fields.address("address"))
        language = fields.choice("language", default: .german)
        guard let email, let password, let firstName, let lastName, let companyName, let address else { return nil }
        person = Accounts.NewPerson(email: email, password: password, firstName: firstName, lastName: lastName)
        (self.companyName, self.address) = (companyName, address)
    }
}

private struct Credentials: BodyFields {
    let email: String
    let password: String

    init?(_ fields: inout FieldReader) {
        guard let email = fields.secret("email"), let password = fields.secret("password") else { return nil }
        (self.email, self.password) = (email, password)
    }
}

private struct Registered: Wire {
    let message: String
    let user: User

    func describe(_ fields: inout JSONWriter) {
        fields.text("message", message)
        fields.object("user", user)
    }
}

extension Accounts.SignIn: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.text("accessToken", token.text)
        fields.instant("expiresAt", expiresAt)
        fields.object("user", user)
    }
}

extension FieldReader {
    mutating func newPassword(_ name: String) -> Password? {
        guard let text = secret(name) else { return nil }
        guard let password = Password(text) else {
            report(name, "must have \(Password.length.lowerBound) to \(Password.length.upperBound) characters")
            return nil
        }
        return password
    }
}
