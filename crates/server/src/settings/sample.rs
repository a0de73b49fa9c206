//! The settings file that `init` and `demo` write: every key with what it means. Lines that begin with `#: ` are keys
//! that are left out; a test reads the file both ways, so a key can't be misspelt here.

/// The text of a new settings file.
pub fn sample(network: &str, listen: &str, admin_listen: &str) -> String {
    let network = toml::Value::String(network.to_owned());
    format!(
        r##"# Settings of Masthead. Relative paths begin in this file's folder. Any key can come from the environment:
# MASTHEAD__DATABASE__URL=postgres://… stands for url in [database]. 'masthead check' says what is wrong with it.

[network]
# The publisher's name.
name = {network}
# The domain that all sites share, if they do, for the cookie that holds a reader's place.
#: cookie_domain = "example.org"
# A WebSub hub: feeds name it, and it is told when they change, so that subscribers have news at once.
#: websub_hub = "https://hub.example.org/"

[database]
# sqlite:PATH needs no set-up. For more than one machine: postgres://user:password@host/database (15 or newer).
url = "sqlite:masthead.sqlite"

[media]
# Where pictures lie: file:PATH.
url = "file:media"

[server]
# Where readers are answered. Put a TLS proxy or CDN in front and name it in trusted_proxies.
listen = "{listen}"
# Health, readiness and metrics. Never make this public.
admin_listen = "{admin_listen}"
# Peers whose X-Forwarded-* headers are believed: addresses or blocks. Behind a CDN name its addresses: rate limits and
# the count of what is most read go by the reader's own.
#: trusted_proxies = ["127.0.0.0/8", "::1"]
# Strict-Transport-Security with includeSubDomains. Set it only when every subdomain speaks TLS.
#: hsts_subdomains = false
# This node's name where several share a database; made from the machine's name when it is left out.
#: node = "node-1"
# Megabytes of memory for pressed pages: about 3,000 story pages. What doesn't fit is made anew when it is asked for.
#: pages_memory_mb = 256
# For how many hours pages seen before are served after the database was last reached, 24 at most. A story that another
# node kills meanwhile may be on them; 0 serves none.
#: without_database_hours = 24
# One JSON line a request, without anything personal. "-" is standard output, "" none.
#: access_log = "access.log"

[accounts]
# The host where sign-in lives; the first site's when it is left out.
#: host = "www.example.org"
# Whether staff need an authenticator (a code besides the password) or a passkey before they get to the desk.
#: staff_code = false

# Other providers with which readers may sign in, one block each, in the order in which they are offered. At the provider
# this network is registered with the address https://HOST/sign-in/NAME/callback, HOST being the one above. kind is
# "google", "facebook", or "oidc" for any OpenID Connect provider, which needs the issuer too. A provider in your own
# network has to stand in outgoing.allow.
#: [[accounts.providers]]
#: name = "google"
#: kind = "google"
#: client_id = "…"
#: client_secret = "…"
#: [[accounts.providers]]
#: name = "club"
#: kind = "oidc"
# What readers call it; its name when this is left out.
#: label = "The Reading Club"
#: issuer = "https://id.example.org"
#: client_id = "…"
#: client_secret = "…"
# Your own accounts, without OpenID Connect: kind "jwt". Readers are sent to page with the parameters return_to, state and
# nonce; it signs them in and sends them back to return_to with state and token, a JWT with iss (issuer), aud (client_id),
# sub, exp, iat, jti, nonce, and email with email_verified where you know one. A token lives at most ten minutes and counts
# once. algorithm is "HS256" with client_secret (at least 32 bytes), or "RS256" or "ES256" with key, your public key as a JSON
# Web Key; a token that is signed in another way is refused.
#: [[accounts.providers]]
#: name = "house"
#: kind = "jwt"
#: label = "Your Courier account"
#: page = "https://accounts.example.org/sign-in"
#: issuer = "https://accounts.example.org"
#: client_id = "masthead"
#: algorithm = "HS256"
#: client_secret = "…"

[mail]
# The way out for mail: smtp://user:password@host:587?tls=required, or smtps://… . "capture" sends nothing and shows
# mails at /mails of the admin listener, which suits a demo. Without it mails wait.
#: url = "smtp://user:password@mail.example.org:587?tls=required"
# Whom mails are from.
#: from = "The Daily <accounts@example.org>"

[outgoing]
# Exact host:port pairs of your own services that may be reached though their addresses are private.
#: allow = ["10.0.0.5:9000"]
# An address or mail that tells those whom Masthead asks (agencies, weather services) whom to talk to.
#: contact = "desk@example.org"

[push]
# Breaking news is sent to browsers by push services that the browsers name, on public addresses and over https. Exact
# host:port pairs of push services of your own, which may be private and speak plain http.
#: services = ["10.0.0.6:9100"]

# Wire sources, one block each. A source has a folder that is watched, a url that is polled, a token with which
# senders may push to /ingest/NAME, or several of these.
#: [[wire]]
#: name = "agency"
#: folder = "incoming/agency"
#: url = "https://wire.example.org/feed"
#: token = "a long random text"
#: format = "newsml-g2"
#: every_seconds = 60
# Where its stories stand, as site/section; the first is canonical.
#: place = ["daily/world"]
# Publish what may be published without a person looking.
#: publish = false

# Sources of alerts, one block each: CAP 1.0 to 1.2 (also in Atom, RSS or EDXL-DE), DATEX II, GTFS-Realtime, Open511, WZDx,
# Waze CIFS, NWS GeoJSON, GeoRSS. Like a wire source each has a folder, a url, a token, or several of these.
#: [[alerts.sources]]
#: name = "roads"
#: url = "https://roads.example.org/situations.xml"
#: folder = "incoming/roads"
#: token = "another long random text"
#: every_seconds = 60
# "traffic" or "emergency", where the format leaves a doubt.
#: kind = "traffic"
# Whom the list of alerts thanks, as the source's terms ask.
#: credit = "Example Road Agency, CC BY 4.0"
# The country in which names of towns are looked up, for alerts that say where in words alone.
#: country = "FR"
# The zone of times that name none.
#: zone = "Europe/Berlin"
# Where its alerts hold that don't say it themselves: latitude, longitude, kilometres around.
#: around = [53.55, 9.99, 30.0]

# Sources of listings, one block each: a url that is polled, or a file that somebody else writes. category is property,
# jobs, motoring or whats-on. format is csv, json, rss, icalendar, or schema (JSON-LD, or a page with schema.org markup).
# 'masthead check' says what is wrong with a source.
#: [[listings.sources]]
#: name = "homes"
#: category = "property"
#: url = "https://homes.example.org/all.csv"
#: file = "listings/homes.csv"
#: format = "csv"
# Where the list is in JSON: names with dots between.
#: items = "data.homes"
# Whom they are from, and the credit line that they ask for.
#: provider = "Example Homes"
#: credit = "Data: Example Homes"
# Currency of amounts and zone of times that name none; the site on which they are shown, all when it is left out.
#: currency = "EUR"
#: zone = "Europe/Paris"
#: site = "daily"
#: every_seconds = 900
# The source's own name of each field: id, title, text, kind, organisation, url, price, currency, per, venue, locality,
# latitude (which may hold both degrees, as georss:point does), longitude, starts, ends, published, expires, contact. In
# csv a heading, in json names with dots between, and one that is left out has the name here. In rss an element with its
# prefix (g:price, geo:lat, enclosure@url), in icalendar a property (X-PRICE); one that is left out is where these formats
# have it. In schema they count for nothing.
#: [listings.sources.fields]
#: id = "ref"
#: title = "headline"
#: price = "asking.amount"
# Weather for the places that readers ask for: provider is "met" (MET Norway), "open-meteo" (free of charge for
# non-commercial use alone) or "none". Services ask to be told who asks: set outgoing.contact.
#: [weather]
#: provider = "met"
# Another address of the same service, and the most requests a minute from each node.
#: url = ""
#: requests_per_minute = 20

# Regions of the publisher's own, which readers may choose and stories may be about beside the towns, provinces and
# countries that the program knows. The number names one for good. Stories about towns within radius_km of its middle are
# stories of the region.
#: [[regions]]
#: number = 1
#: name = "North Coast"
#: latitude = 54.4
#: longitude = 10.2
#: radius_km = 40
#: zone = "Europe/Berlin"
# Its shape, corner by corner as latitude and longitude, where maps of alerts are to draw it as land.
#: outline = [[54.6, 10.0], [54.6, 10.6], [54.2, 10.4]]

# What a place is called on sites in a language. Countries have the names of each language already; towns and provinces have
# one, which is English where English has its own. The place is the number at the end of its page's address.
#: [[place_names]]
#: place = 2867714
#: language = "de"
#: name = "München"

# Routing rules, looked at in order; what the matching ones say is added up. All conditions of a rule have to hold.
#: [[routing]]
#: sources = ["agency"]
#: providers = ["Example Agency"]
#: languages = ["en"]
#: subjects = ["medtop:15000000", "medtop:2000*"]
#: categories = ["World"]
#: words = ["harbour"]
#: urgency_at_most = 3
#: place = ["daily/world", "weekly/news"]
#: topics = ["harbour"]
#: publish = true
#: last = false
"##
    )
}
