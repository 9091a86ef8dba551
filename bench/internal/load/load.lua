-- What wrk sends, and what it says at the end. Arguments: the file with the
-- requests (method, path, body; tabs between), the beginning of all idempotency
-- keys or "-" for none, "once" when the requests must not be sent twice.

local requests, at, sent = {}, 0, 0
local key, once = nil, false

-- next_request walks through the requests. wrk asks for one before it begins, to
-- see whether it can read it, and throws that away: the first is given twice.
local verified = false

local function next_request()
  if not verified then
    verified = true
    return requests[1]
  end
  at = at + 1
  if at > #requests then
    if once then
      return wrk.format("GET", "/all-requests-were-used-up")
    end
    at = 1
  end
  return requests[at]
end

-- with_key makes a key's place in each request known, so that no request has to
-- be put together while it is measured how fast they are answered.
local function with_key()
  local r = next_request()
  if type(r) == "string" then return r end
  sent = sent + 1
  return r[1] .. key .. sent .. r[2]
end

local function read(file)
  local place = "THE-KEY-COMES-HERE"
  for line in io.lines(file) do
    local method, path, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
    if method == "HEADER" then
      wrk.headers[path] = body
    else
      if key then wrk.headers["Idempotency-Key"] = place end
      if body == "" then body = nil end
      wrk.method, wrk.path, wrk.body = method, path, body
      local r = wrk.format(method, path, nil, body)
      if key then
        local from, to = r:find(place, 1, true)
        r = { r:sub(1, from - 1), r:sub(to + 1) }
      end
      requests[#requests + 1] = r
    end
  end
end

function init(args)
  if args[2] ~= "-" then key = args[2] end
  once = args[3] == "once"
  read(args[1])
  if key then
    request = with_key
  elseif #requests > 1 or once then
    request = next_request
  end
  -- With neither, wrk sends its own request, and need not ask Lua each time.
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    'figures {"requests":%d,"duration_us":%d,"p50_us":%d,"p95_us":%d,"p99_us":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99),
    e.connect, e.read, e.write, e.timeout, e.status))
end
