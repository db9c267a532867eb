-- For wrk: says in one line what happened, and makes requests that differ from each other.
-- With a file as argument (wrk ... URL -- FILE) each of its lines is a path that gets a POST, one after the other: of the
-- JSON that follows the path, or of {"delta":1}, so that the 64 clients change 64 materials. Without, wrk asks for its URL.

function init(args)
    if not args[1] then return end
    wrk.headers["Content-Type"] = "application/json"
    local prepared = {}
    for line in io.lines(args[1]) do
        local path, body = line:match("^(%S+) ?(.*)$")
        prepared[#prepared + 1] = wrk.format("POST", path, nil, body ~= "" and body or '{"delta":1}')
    end
    local next = 0
    request = function()
        next = next % #prepared + 1
        return prepared[next]
    end
end

function done(summary, latency, requests)
    local errors = summary.errors
    local lost = errors.connect + errors.read + errors.write + errors.timeout
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, errors.status, lost,
        latency:percentile(50), latency:percentile(99)))
end
