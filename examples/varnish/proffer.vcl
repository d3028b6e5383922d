vcl 4.1;

# Pages come from the cache, the same for everybody; their offers come from
# Proffer, for each visitor. See README.md.

# The site.
backend origin {
    .host = "127.0.0.1";
    .port = "8081";
}

# proffer serve, in front of the same site. What is late is not waited for.
backend proffer {
    .host = "127.0.0.1";
    .port = "8082";
    .connect_timeout = 200ms;
    .first_byte_timeout = 1s;
    .between_bytes_timeout = 1s;
}

sub vcl_recv {
    # What nobody but Varnish may say. So is whatever Proffer's configuration names as
    # person_header, country_header and device_header.
    unset req.http.Surrogate-Capability;
    unset req.http.Proffer-Identity;

    if (req.url ~ "^/\.proffer/") {
        set req.backend_hint = proffer;
        return (pass);
    }
    # Pages of a visitor's own. Proffer writes offers into them, and the cookie by
    # which the fragments of all other pages know the visitor.
    if (req.url ~ "^/account(/|\?|$)") {
        set req.backend_hint = proffer;
        return (pass);
    }
    set req.backend_hint = origin;
    if (req.method == "GET" || req.method == "HEAD") {
        # No page depends on who asks. Fragments do not see this: Varnish asks for
        # them with the browser's cookies.
        unset req.http.Cookie;
        set req.http.Surrogate-Capability = "varnish=" + {"""} + "ESI/1.0" + {"""};
    }
}

sub vcl_backend_response {
    # Only what the origin says is put together of fragments, never what a visitor
    # has written into a page that does not say so.
    unset beresp.http.X-Fragments;
    if (beresp.http.Surrogate-Control ~ "ESI/1.0" && beresp.status == 200) {
        set beresp.do_esi = true;
        set beresp.http.X-Fragments = "yes";
        # A 304 would bring back the fragments of an earlier visit.
        unset beresp.http.ETag;
        unset beresp.http.Last-Modified;
    }
    unset beresp.http.Surrogate-Control;
}

sub vcl_deliver {
    if (req.esi_level > 0 && resp.status != 200) {
        # No offer, or no Proffer: the page's own content, which is cached as any.
        if (req.url ~ "^/\.proffer/fragment\?(.*&)?slot=[A-Za-z0-9_.-]+") {
            set req.url = regsub(req.url, "^/\.proffer/fragment\?(?:.*&)?slot=([A-Za-z0-9_.-]+).*$", "/own/\1.html");
            return (restart);
        }
        # From 7.3 on Varnish breaks the page off where a fragment is an error.
        return (synth(204));
    }
    if (req.esi_level == 0 && resp.http.X-Fragments) {
        # The page was anybody's; with its fragments it is this visitor's.
        unset resp.http.X-Fragments;
        unset resp.http.Age;
        set resp.http.Cache-Control = "private, no-store";
    }
}

sub vcl_synth {
    if (req.esi_level > 0) {
        synthetic("");
        return (deliver);
    }
}
