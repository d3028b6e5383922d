-- Asks Proffer what to write into the page of a request, and hands the offers to
-- the site in request headers. Whatever fails, it hands over nothing.
local passed = {"cookie", "accept", "accept-language", "user-agent", "sec-gpc", "sec-purpose", "sec-fetch-dest", "range"}

local function ask(txn)
  local seen = txn.http:req_get_headers()
  local sent = {
    ["host"] = {txn.sf:req_hdr("host")},
    ["x-original-uri"] = {txn.sf:pathq()},
    ["x-original-method"] = {txn.sf:method()},
    ["x-forwarded-for"] = {txn.sf:src()},
    ["x-forwarded-proto"] = {txn.sf:ssl_fc() == 1 and "https" or "http"},
  }
  for _, name in ipairs(passed) do
    local lines = seen[name]
    if lines then
      sent[name] = {}
      for i = 0, #lines do sent[name][i + 1] = lines[i] end
    end
  end
  local answer = core.httpclient():get{url = "http://127.0.0.1/.proffer/slots", dst = "abns@proffer", headers = sent, timeout = 1000}
  if not answer or answer.status ~= 200 then return end
  for name, lines in pairs(answer.headers) do
    if name:sub(1, 13) == "proffer-slot-" then txn.http:req_set_header(name, lines[0]) end
  end
  for _, name in ipairs{"cache", "cookie", "cookie-events"} do
    local lines = answer.headers["proffer-" .. name]
    if lines then txn:set_var("txn.proffer_" .. name:gsub("-", "_"), lines[0]) end
  end
end

core.register_action("proffer", {"http-req"}, function(txn) pcall(ask, txn) end)
