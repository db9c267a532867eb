import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Phone numbers, personnel numbers, and people without an email address.
@Suite struct PersonFieldTests {
    private static func person(_ fields: String, role: String = "WORKER") -> String {
        "{\"firstName\": \"Ali\", \"lastName\": \"Demir\", \"role\": \"\(role)\"\(fields)}"
    }

    @Test(arguments: Engine.allCases)
    func whoHasNoEmailAddressIsOfTheCompanyAllTheSame(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users"
            var id = ""
            for fields in ["", ", \"email\": null"] {
                let made = try await company.manager.post(users, Self.person(fields))
                #expect(
                    made.status == 201 && made.json["email"] == .null && made.json["status"] == "INACTIVE",
                    "\(made.text)")
                id = made.json["id"]?.text ?? ""
            }
            for role in ["MANAGER", "BOOKKEEPER"] {
                let refused = try await company.manager.post(users, Self.person("", role: role))
                #expect(
                    refused.status == 400 && refused.json["fields"]?[0]?["code"] == "needed-for-role", "\(refused.text)"
                )
            }
            let promoted = try await company.manager.put(users + "/" + id, "{\"role\": \"MANAGER\"}")
            #expect(promoted.json["fields"]?[0]?["field"] == "email")
            let site = try await company.site(users: [id])
            #expect(try await company.manager.get(site).json["assignments"]?.list.count == 1)
            let address = try await company.manager.put(users + "/" + id, "{\"email\": \"ali@demir.example\"}")
            #expect(address.status == 200 && address.json["email"] == "ali@demir.example", "\(address.text)")
            #expect(try await company.manager.post(users + "/" + id + "/invitation").status == 202)
            // No mail went to a person without an address; one who gets an address before joining is invited by mail at once.
            let mails = try await company.manager.get(company.path + "/mails").json.list
            #expect(mails.allSatisfy { $0["address"] == "ali@demir.example" } && mails.count == 2, "\(mails)")
        }
    }

    @Test(arguments: Engine.allCases)
    func aPersonnelNumberNamesOnePersonForEver(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users"
            let number = ", \"personnelNumber\": \"1042\", \"phone\": \"+49 170 12\""
            let first = try await company.manager.post(users, Self.person(number))
            #expect(first.json["personnelNumber"] == "1042" && first.json["phone"] == "+49 170 12")
            let path = users + "/" + (first.json["id"]?.text ?? "")
            let taken = try await company.manager.post(users, Self.person(number))
            #expect(taken.status == 409 && taken.json["code"] == "personnel-number-taken")
            #expect(taken.json["detail"] == "Ali Demir has the personnel number 1042.")
            let second = try await company.manager.post(users, Self.person(""))
            let other = users + "/" + (second.json["id"]?.text ?? "")
            #expect(try await company.manager.put(other, "{\"personnelNumber\": \"1042\"}").status == 409)
            #expect(try await company.manager.put(other, "{\"personnelNumber\": \"2\"}").status == 200)
            // Null clears, what is left out stays.
            let cleared = try await company.manager.put(other, "{\"personnelNumber\": null, \"phone\": \"1\"}")
            #expect(cleared.json["personnelNumber"] == .null && cleared.json["phone"] == "1")
            for text in ["", "123456789012345678901", "1\\u0000"] {
                #expect(try await company.manager.put(path, "{\"personnelNumber\": \"\(text)\"}").status == 400)
            }
            // Another company has numbers of its own; a removed person keeps theirs.
            let elsewhere = try await TestCompany.register(server.client)
            #expect(try await elsewhere.manager.post(elsewhere.path + "/users", Self.person(number)).status == 201)
            try await company.manager.confirm()
            #expect(try await company.manager.delete(path).status == 204)
            let former = try await company.manager.put(other, "{\"personnelNumber\": \"1042\"}")
            #expect(former.status == 409 && former.json["code"] == "personnel-number-of-former", "\(former.text)")
            let kept = try await server.database.fetch(
                Query("SELECT phone, personnel_number FROM users WHERE removed_at IS NOT NULL") {
                    [try $0.next() as String?, try $0.next()]
                })
            #expect(kept == [[nil, "1042"]])
        }
    }
}
