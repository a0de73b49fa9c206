//! The OpenAPI 3.1 document of the content API. It is kept by hand, because it is a promise to others and not a
//! by-product of types; a test holds it against the routes and against real answers.

use masthead_domain::listings::Category;
use serde_json::{Value, json};

/// The values of `format` of a story.
pub(crate) const FORMATS: &[&str] = &["json", "ninjs", "nitf"];

/// The document, for the API at `origin`.
pub fn document(origin: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Masthead content API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Everything that is public on a network's sites.",
            "description": "Lists are paged by keyset: follow `next` until it is null. Times are RFC 3339 in UTC. \
                A parameter without a value counts as left out. \
                Errors are problem details (RFC 9457).",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": format!("{origin}/api/v1") }],
        "paths": {
            "/stories": { "get": filtered(
                "listStories",
                "A site's stories, newest first. With several of section, topic and author a page can be short, or empty, and have a next one.",
            ) },
            "/stories/{id}": { "get": story() },
            "/stories/{id}/comments": { "get": comments() },
            "/stories/{id}/entries": { "get": entries() },
            "/galleries": { "get": filtered(
                "listGalleries",
                "A site's picture galleries, newest first. Each is a story, whose text has its pictures in order.",
            ) },
            "/sections": { "get": sections() },
            "/topics": { "get": topics() },
            "/search": { "get": search() },
            "/alerts": { "get": alerts() },
            "/fronts/{id}": { "get": front() },
            "/profiles/{username}": { "get": profile() },
            "/listings": { "get": listings() },
            "/openapi.json": { "get": itself() },
        },
        "components": { "schemas": all_schemas(), "responses": responses(), "parameters": parameters() },
    })
}

fn operation(id: &str, summary: &str, parameters: &Value, schema: &str, errors: &[&str]) -> Value {
    let mut answers = json!({
        "200": {
            "description": "The answer.",
            "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
        },
        "304": { "description": "The answer that the client holds is still good." },
    });
    if let Some(object) = answers.as_object_mut() {
        for status in errors.iter().chain(&["405", "429", "500", "503"]) {
            object.insert(
                (*status).to_owned(),
                json!({ "$ref": "#/components/responses/Problem" }),
            );
        }
    }
    json!({
        "operationId": id, "summary": summary, "tags": ["content"], "security": [],
        "parameters": parameters, "responses": answers,
    })
}

fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// The parameters of every list of stories.
fn filters() -> [Value; 6] {
    ["site", "section", "topic", "author", "cursor", "limit"].map(named)
}

/// A list of stories that takes every filter.
fn filtered(id: &str, summary: &str) -> Value {
    operation(id, summary, &json!(filters()), "StoryList", &["400", "404"])
}

fn alerts() -> Value {
    let kind = json!({
        "name": "kind", "in": "query", "required": false, "description": "Those of one kind.",
        "schema": { "type": "string", "enum": ["traffic", "emergency", ""] },
    });
    let place = json!({
        "name": "place", "in": "query", "required": false,
        "description": "Those near a place: its id of GeoNames. Such a list has no next page.",
        "schema": { "type": "string", "pattern": "^[0-9]*$" },
    });
    let parameters = json!([kind, place, named("cursor"), named("limit")]);
    let summary = "Alerts that hold now, the worst first. What was taken back, replaced or is over is not among them.";
    operation("listAlerts", summary, &parameters, "AlertList", &["400", "404"])
}

fn listings() -> Value {
    let mut names: Vec<&str> = Category::ALL.map(Category::name).into();
    // A parameter without a value counts as left out.
    names.push("");
    let category = json!({
        "name": "category", "in": "query", "required": false, "description": "Those of one category alone.",
        "schema": { "type": "string", "enum": names },
    });
    let place = json!({
        "name": "place", "in": "query", "required": false,
        "description": "What is near a place, the nearest first: its id of GeoNames.",
        "schema": { "type": "string", "pattern": "^([1-9][0-9]*)?$" },
    });
    let [site, .., cursor, limit] = filters();
    let summary = "Property, jobs, motoring and what's on until they are over, the newest first, or from near to far.";
    let parameters = json!([site, category, place, cursor, limit]);
    operation("listListings", summary, &parameters, "ListingList", &["400", "404"])
}

fn search() -> Value {
    let date = |name: &str, description: &str| {
        json!({
            "name": name, "in": "query", "required": false, "description": description,
            "schema": { "anyOf": [{ "type": "string", "format": "date" }, { "type": "string", "maxLength": 0 }] },
        })
    };
    let words = json!({
        "name": "q", "in": "query", "required": true,
        "description": "The words to look for. Between double quotes stands a phrase.",
        "schema": { "type": "string", "pattern": "\\S" },
    });
    let after = json!({
        "name": "after", "in": "query", "required": false,
        "description": "How many hits come before the page; taken from `next`.",
        "schema": { "type": "string", "pattern": "^[0-9]*$" },
    });
    let [site, section, topic, author, _, limit] = filters();
    let parameters = json!([
        words,
        site,
        section,
        topic,
        author,
        date("from", "Published on this day or later, in the site's zone."),
        date("to", "Published on this day or earlier."),
        after,
        limit,
    ]);
    let summary = "Stories for a few words, best first. Never kept by caches.";
    let mut operation = operation("searchStories", summary, &parameters, "HitList", &["400", "404"]);
    if let Some(answers) = operation.pointer_mut("/responses").and_then(Value::as_object_mut) {
        // It is made for each request and has no tag to ask by.
        answers.remove("304");
    }
    operation
}

fn profile() -> Value {
    let name = json!({
        "name": "username", "in": "path", "required": true,
        "description": "A username as it was chosen, or `~` and the id of a profile without one.",
        "schema": { "type": "string" },
    });
    operation(
        "getProfile",
        "Who somebody is to readers.",
        &json!([name]),
        "Profile",
        &["404", "410"],
    )
}

fn story() -> Value {
    // A parameter without a value counts as left out, everywhere.
    let formats: Vec<&str> = FORMATS.iter().copied().chain([""]).collect();
    let format = json!({
        "name": "format", "in": "query", "required": false,
        "description": "The form of the answer: our own, IPTC ninjs 3.1 or NITF 3.6.",
        "schema": { "type": "string", "enum": formats, "default": "json" },
    });
    let parameters = json!([named("storyId"), format]);
    let errors = ["400", "404", "410"];
    let mut operation = operation("getStory", "One story with its text.", &parameters, "Story", &errors);
    if let Some(content) = operation.pointer_mut("/responses/200/content") {
        *content = json!({
            "application/json": { "schema": { "anyOf": [reference("Story"), reference("Ninjs")] } },
            "application/xml": { "schema": { "type": "string", "description": "NITF 3.6, for `format=nitf`." } },
        });
    }
    operation
}

fn comments() -> Value {
    let parameters = json!([named("storyId"), named("cursor"), named("limit")]);
    let summary = "The published comments of a story, in the order in which they were written.";
    operation(
        "listComments",
        summary,
        &parameters,
        "CommentList",
        &["400", "404", "410"],
    )
}

fn entries() -> Value {
    let parameters = json!([named("storyId"), named("cursor"), named("limit")]);
    let summary = "The entries of a live story, newest first; none of a story that was never covered live.";
    operation("listEntries", summary, &parameters, "EntryList", &["400", "404", "410"])
}

fn sections() -> Value {
    operation(
        "listSections",
        "A site's sections in menu order.",
        &json!([named("site")]),
        "SectionList",
        &["404"],
    )
}

fn topics() -> Value {
    let after = json!({
        "name": "after", "in": "query", "required": false,
        "description": "The slug after which the list goes on; taken from `next`.",
        "schema": { "type": "string" },
    });
    let parameters = json!([named("site"), after, named("limit")]);
    operation(
        "listTopics",
        "The topics that a site has stories of, by slug.",
        &parameters,
        "TopicList",
        &["400", "404"],
    )
}

fn front() -> Value {
    let id = json!({
        "name": "id", "in": "path", "required": true,
        "description": "A front's id, or its name with a colon for each slash: `SITE` or `SITE:SECTION`.",
        "schema": { "type": "string" },
    });
    operation(
        "getFront",
        "A front as readers see it now.",
        &json!([id]),
        "Front",
        &["404"],
    )
}

fn itself() -> Value {
    operation("getOpenApi", "This document.", &json!([]), "OpenApi", &[])
}

fn parameters() -> Value {
    let filter = |name: &str, description: &str| {
        json!({
            "name": name, "in": "query", "required": false, "description": description,
            "schema": { "type": "string" },
        })
    };
    json!({
        "site": filter("site", "A site's slug; the site whose host is asked where it is left out."),
        "section": filter("section", "A section's path on the site, such as `world` or `world/europe`."),
        "topic": filter("topic", "A topic's slug."),
        "author": filter("author", "An author's slug."),
        "cursor": {
            "name": "after", "in": "query", "required": false,
            "description": "The place after which the list goes on; taken from `next`.",
            "schema": { "type": "string", "pattern": "^([A-Za-z0-9_-]{34})?$" },
        },
        "limit": {
            "name": "limit", "in": "query", "required": false, "description": "Items a page.",
            "schema": {
                "anyOf": [
                    { "type": "integer", "minimum": 1, "maximum": super::MOST },
                    { "type": "string", "maxLength": 0 },
                ],
                "default": super::LIMIT,
            },
        },
        "storyId": {
            "name": "id", "in": "path", "required": true, "description": "A story's id.",
            "schema": { "type": "string", "format": "uuid" },
        },
    })
}

fn responses() -> Value {
    json!({
        "Problem": {
            "description": "What went wrong.",
            "content": {
                "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } },
            },
        },
    })
}

/// A schema of an object all of whose properties are always there.
fn object(properties: &Value) -> Value {
    let required: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys())
        .collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn list_of(name: &str) -> Value {
    object(&json!({
        "items": { "type": "array", "items": reference(name) },
        "next": { "type": ["string", "null"], "format": "uri", "description": "The next page; null on the last." },
    }))
}

fn hits() -> Value {
    object(&json!({
        "items": array_of("StoryItem"),
        "next": { "type": ["string", "null"], "format": "uri", "description": "The next page; null on the last." },
        "total": { "type": "integer", "description": "Stories found; at least so many where `more` is true." },
        "more": { "type": "boolean", "description": "Only the newest part of the archive was ranked." },
        "relaxed": { "type": "boolean", "description": "Words that are nearly those asked for count as well." },
    }))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn or_null(name: &str) -> Value {
    json!({ "anyOf": [reference(name), { "type": "null" }] })
}

fn array_of(name: &str) -> Value {
    json!({ "type": "array", "items": reference(name) })
}

/// What is said of live stories.
fn live_schemas() -> Value {
    let text = json!({ "type": "string" });
    let uri = json!({ "type": "string", "format": "uri" });
    let time = json!({ "type": "string", "format": "date-time" });
    let time_or_null = json!({ "type": ["string", "null"], "format": "date-time" });
    json!({
        "Live": object(&json!({ "began": time, "ended": time_or_null, "entries_url": uri })),
        "EntryList": list_of("Entry"),
        "Entry": object(&json!({
            "id": { "type": "string", "format": "uuid" }, "url": uri, "published": time, "edited": time_or_null,
            "headline": text, "body_html": text, "body_text": text, "author": text,
            "key": { "type": "boolean" }, "pinned": { "type": "boolean" },
        })),
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let uri = json!({ "type": "string", "format": "uri" });
    let time = json!({ "type": "string", "format": "date-time" });
    let card = json!({
        "id": { "type": "string", "format": "uuid" }, "url": uri, "headline": text, "standfirst": text,
        "kicker": text, "published": time, "updated": time, "sponsored": { "type": "boolean" },
        "picture": or_null("Picture"),
    });
    let mut item = card.clone();
    extend(
        &mut item,
        json!({
            "language": { "type": "string", "description": "BCP 47 tag." },
            "sites": array_of("Named"), "sections": array_of("SectionOf"), "topics": array_of("Named"),
            "authors": array_of("Named"),
        }),
    );
    let mut story = item.clone();
    extend(
        &mut story,
        json!({
            "bylines": { "type": "array", "items": text }, "dateline": text, "body_html": text, "body_text": text,
            "credit": text, "copyright": text, "corrections": array_of("Correction"), "revision": { "type": "integer" },
            "live": or_null("Live"),
        }),
    );
    let mut all = json!({
        "StoryList": list_of("StoryItem"),
        "HitList": hits(),
        "StoryItem": object(&item),
        "Story": object(&story),
        "Ninjs": {
            "type": "object", "description": "IPTC ninjs 3.1.", "required": ["uri", "headlines"],
            "externalDocs": { "url": "https://iptc.org/standards/ninjs/" },
        },
        "Card": object(&card),
        "Picture": object(&json!({
            "url": uri, "width": { "type": "integer" }, "height": { "type": "integer" }, "alt": text, "credit": text,
        })),
        "Named": object(&json!({ "slug": text, "name": text, "url": uri })),
        "SectionOf": object(&json!({ "site": text, "path": text, "name": text, "url": uri })),
        "Correction": object(&json!({ "text": text, "at": time })),
        "CommentList": list_of("Comment"),
        "Comment": object(&json!({
            "id": { "type": "string", "format": "uuid" }, "url": uri,
            "parent": { "type": ["string", "null"], "format": "uuid" },
            "text": text, "html": text, "author": reference("CommentAuthor"), "created": time,
            "edited": { "type": ["string", "null"], "format": "date-time" },
            "state": { "type": "string", "enum": ["published"] },
            "likes": { "type": "integer" }, "featured": { "type": "boolean" },
        })),
        "CommentAuthor": object(&json!({
            "name": text, "url": { "type": ["string", "null"], "format": "uri" },
            "badge": { "type": ["string", "null"], "enum": ["staff", "author", null] },
        })),
        "ListingList": list_of("Listing"),
        "Listing": object(&json!({
            "id": { "type": "string", "format": "uuid" }, "url": uri,
            "category": { "type": "string", "enum": Category::ALL.map(Category::name) },
            "title": text, "text": text, "kind": text, "organisation": text, "price": or_null("Price"), "venue": text,
            "locality": text, "latitude": { "type": ["number", "null"] }, "longitude": { "type": ["number", "null"] },
            "starts": { "type": ["string", "null"], "format": "date-time", "description": "Of an event, its next date." },
            "ends": { "type": ["string", "null"], "format": "date-time" }, "published": time,
            "expires": { "type": ["string", "null"], "format": "date-time" },
            "source": { "type": ["string", "null"], "format": "uri", "description": "Its page at the provider's." },
            "provider": text, "credit": text,
        })),
        "Price": object(&json!({
            "amount": { "type": "string", "description": "A decimal number." },
            "currency": { "type": "string", "description": "ISO 4217." }, "per": text,
        })),
        "SectionList": list_of("Section"),
        "Section": object(&json!({
            "id": { "type": "string", "format": "uuid" }, "site": text, "path": text, "name": text, "url": uri,
            "parent": { "type": ["string", "null"], "format": "uuid" },
        })),
        "TopicList": list_of("Topic"),
        "Topic": object(&json!({
            "id": { "type": "string", "format": "uuid" }, "slug": text, "name": text, "description": text, "url": uri,
            "uri": { "type": ["string", "null"] },
        })),
        "Front": object(&json!({
            "id": text, "site": text, "section": { "type": ["string", "null"] }, "url": uri,
            "banner": or_null("Banner"), "containers": array_of("Container"),
        })),
        "Banner": object(&json!({ "text": text, "story": { "type": "string", "format": "uuid" }, "url": uri })),
        "Container": object(&json!({
            "title": text, "style": { "type": "string", "enum": ["lead", "grid", "list", "strip"] },
            "cards": array_of("Card"),
        })),
        "Profile": object(&json!({
            "username": { "type": ["string", "null"] }, "name": text, "bio": text, "url": uri,
            "picture": { "type": ["string", "null"], "format": "uri" },
            "joined": { "type": ["string", "null"], "format": "date-time" }, "staff": { "type": "boolean" },
        })),
        "OpenApi": { "type": "object", "required": ["openapi", "info", "paths"] },
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "code"],
            "properties": {
                "type": { "type": "string" }, "title": text, "status": { "type": "integer" }, "detail": text,
                "code": { "type": "string", "description": "Stable; what programs may rely on." },
                "request_id": text,
                "errors": { "type": "array", "items": object(&json!({ "field": text, "message": text })) },
            },
        },
    });
    extend(&mut all, live_schemas());
    all
}

/// Those of alerts stand by themselves: one text of all of them is longer than the macro that reads it goes.
fn all_schemas() -> Value {
    let mut all = schemas();
    extend(&mut all, alert_schemas());
    all
}

fn alert_schemas() -> Value {
    let (text, maybe) = (json!({ "type": "string" }), json!({ "type": ["string", "null"] }));
    let time = json!({ "type": ["string", "null"], "format": "date-time" });
    json!({
        "AlertList": list_of("Alert"),
        "Alert": object(&json!({
            "id": { "type": "string", "format": "uuid" }, "url": { "type": "string", "format": "uri" },
            "kind": { "type": "string", "enum": ["traffic", "emergency"] },
            "severity": { "type": "string", "enum": ["unknown", "minor", "moderate", "severe", "extreme"] },
            "sender": text, "identifier": text, "sent": { "type": "string", "format": "date-time" },
            "infos": array_of("AlertInfo"),
            "geometry": { "type": ["object", "null"], "description": "GeoJSON (RFC 7946); a circle is its middle." },
        })),
        "AlertInfo": object(&json!({
            "language": maybe, "event": text, "headline": maybe, "description": maybe, "instruction": maybe,
            "severity": text, "urgency": text, "certainty": text, "effective": time, "onset": time, "expires": time,
            "areas": { "type": "array", "items": text }, "web": maybe, "by": maybe,
        })),
    })
}

fn extend(object: &mut Value, more: Value) {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
}
