import Core
import HTTPTypes

struct UserRoutes {
    let signedIn: SignedInRoutes

    var routes: [Route] {
        [signedIn(.get, "/api/v1/users/me") { _, actor in .one(actor.user, .user) }]
    }
}

extension Shape<User> {
    static let user = Shape(
        .text("id", \.id.text), .text("email", \.email), .text("firstName", \.firstName), .text("lastName", \.lastName),
        .text("role", \.role.rawValue), .text("status", \.status.rawValue), .text("language", \.language.rawValue),
        .optionalText("companyId") { $0.companyID == Company.platform ? nil : $0.companyID.text },
        .instant("createdAt", \.createdAt), .instant("updatedAt", \.updatedAt))
}
