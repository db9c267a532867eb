import Core
import HTTPTypes

struct UserRoutes {
    let signedIn: SignedInRoutes

    var routes: [Route] {
        [signedIn(.get, "/api/v1/users/me") { _, actor in .one(actor.user) }]
    }
}

extension User: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.id("id", id)
        fields.text("email", email)
        fields.text("firstName", firstName)
        fields.text("lastName", lastName)
        fields.text("role", role.rawValue)
        fields.text("status", status.rawValue)
        fields.text("language", language.rawValue)
        fields.id("companyId", companyID == Company.platform ? nil : companyID)
        fields.instant("createdAt", createdAt)
        fields.instant("updatedAt", updatedAt)
    }
}
