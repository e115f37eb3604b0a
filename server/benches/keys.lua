-- Calls with each of the keys in a file in turn, and prints the result as one machine-readable line.

local requests = {}
local at = 0

function init(arguments)
    for key in io.lines(arguments[1]) do
        requests[#requests + 1] = wrk.format("GET", "/api/key", { ["X-API-Key"] = key })
    end
    -- Threads start at different positions.
    at = math.random(#requests)
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    print(string.format(
        "RESULT %d %d %d %d %d %d %d",
        summary.requests,
        summary.duration,
        errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50),
        latency:percentile(99),
        latency.max
    ))
end
