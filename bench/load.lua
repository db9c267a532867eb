-- For wrk: says in one line what happened, and makes requests that differ from each other.
-- With a file as argument (wrk ... URL -- FILE) each of its lines is a path that gets a POST, one after the other: of the
-- JSON that follows the path, or of {"delta":1}, so that the 64 clients change 64 materials. A line that begins with @TOKEN is
-- a request of that token's holder. Without a file, wrk asks for its URL.

function init(args)
    if not args[1] then return end
    wrk.headers["Content-Type"] = "application/json"
    local prepared = {}
    for line in io.lines(args[1]) do
        local token, rest = line:match("^@(%S+) (.*)$")
        local headers = nil
        if token then
            headers = { Authorization = "Bearer " .. token }
            for name, value in pairs(wrk.headers) do headers[name] = headers[name] or value end
        end
        local path, body = (rest or line):match("^(%S+) ?(.*)$")
        prepared[#prepared + 1] = wrk.format("POST", path, headers, body ~= "" and body or '{"delta":1}')
    end
    -- wrk asks once before it begins, and doesn't send that.
    local asked = 0
    request = function()
        local number = math.max(asked, 1)
        asked = asked + 1
        return prepared[(number - 1) % #prepared + 1]
    end
end

function done(summary, latency, requests)
    local errors = summary.errors
    local lost = errors.connect + errors.read + errors.write + errors.timeout
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, errors.status, lost,
        latency:percentile(50), latency:percentile(99)))
end
