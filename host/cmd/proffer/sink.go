package main

// Help documents the configuration file.
func (*serveCommand) Help() string {
	return `The configuration file is one JSON object. Every key may be left out:

  prefix         where the endpoints are; "/.proffer/"
  peers          ["10.0.0.0/8"]: proxies in front that are believed. Only they may
                 send the headers below and X-Forwarded-*
  identity       {"cookie":"proffer_identity","header":"proffer-identity"}: where a
                 login's token comes; see "proffer token identity"
  person_header, country_header, device_header
                 names of headers by which peers say who asks, from where, with what
  jwt            {"cookie":"session","algorithms":["RS256"],"key_file":"FILE"}: the
                 site's own JSON Web Tokens say who asks, too; see below
  cors           {"origins":["https://app.example"],"credentials":false,"max_age":600}:
                 other origins whose pages may use decide, event and forget; see below
  log            {"level":"info","format":"text"}, or debug, warn, error; json
  events         {"dir":"DIR","max_bytes":67108864,"keep_days":90}: files of what
                 was shown and what came of it; --events DIR goes before "dir".
                 max_bytes: after it a day gets another file. keep_days: older
                 days are removed, 0 keeps all
  store          {"delay_ms":200,"max_visitors":10000000}, for --store file:DIR: after
                 how long a change is on the disk that nobody waits for, and of how
                 many visitors it keeps something. "outbox_bytes" keeps event lines
                 for a receiver, so many bytes
  webhook        {"url":"https://events.example/in","secret_file":"FILE","batch":100,
                 "allow_private":false}: delivers the events of a store. batch: how
                 many at once, 2 to 1000. allow_private: also to this machine and
                 private networks, and by http; link-local addresses never
  limits, origin what visitors can take up, and where the origin may be; see below

With --store file:DIR environments of the catalog that say "history: store" are kept in
the directory, and people come into it by "proffer people import". It is for one proxy at
a time, and it is made if it is not there. Pages are decided by cookies while it does not
work; /readyz says so. What is kept of somebody: "proffer visitor --help" and "proffer
people --help".

Files of events are for one proxy at a time. They name no visitor, at most an alias
that leads to somebody in the store alone, so that nothing has to be erased in them. A
page never waits for them: what the disk does not take is lost, counted (proffer_events_lost_total) and logged once a minute. An acceptance
or a rejection is told to the visitor only once it is on the disk; if it cannot be
written, the answer is 503, and the visitor is to try again. With a store it may have
been taken in all the same; a second time then changes nothing.
` + webhookHelp + webTokensHelp + limitsHelp + apiHelp
}
