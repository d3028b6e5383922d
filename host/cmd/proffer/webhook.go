package main

// webhookHelp documents "webhook" of the configuration file.
const webhookHelp = `
A webhook gets every event of a store, in order, at least once; an event that comes again
has the same id. A request is a POST of {"events":[{"id":"17-9c56cc51b374c3ba","time":…}]}
with the keys of "proffer events --help", signed as https://www.standardwebhooks.com says,
for which there are libraries. The secret's file has a line "whsec_" and base64 of 24 to
64 random bytes; more lines sign, too, while a secret is changed (it is read at the start):
  (umask 077; echo "whsec_$(openssl rand -base64 32)" >secret)
Answer 2xx once the events are kept. After 5xx, 408, 425, 429 or none the same events come
again within 5 minutes, or when Retry-After says. 400, 409, 413 and 422 may be one event's
fault: it is looked for, and set aside in refused.jsonl beside the store when others are
taken. Other answers, redirects among them, are logged, and nothing is lost meanwhile but
what the store has no room for, shown ones first. See proffer_webhook_* of /metrics.
`
