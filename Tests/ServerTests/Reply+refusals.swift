/// Whether an answer is a refusal with this status and code.
func isRefused(_ reply: Reply, _ status: Int, _ code: String) -> Bool {
    reply.status == status && reply.json["code"]?.text == code
}
