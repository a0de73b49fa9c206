//! schema.org markup: JSON-LD as a document or in a page, and microdata, which is made JSON-LD first so that both are
//! read by one set of rules.

use super::{MOST, Shape, span};
use crate::encoding;
use crate::extract::json_ld::{parse, text, types};
use crate::html::dom::{Dom, NodeId};
use crate::html::parse as html;
use crate::problem::{Problem, ReadContext, Unreadable};
use masthead_domain::listings::{Category, Entry, Price, point_of};
use masthead_domain::places::Point;
use serde_json::{Map, Value};

/// How deep things are looked for inside things.
const DEEPEST: usize = 12;

/// Reads a document of JSON-LD, or a page.
pub(super) fn read(
    bytes: &[u8],
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Entry>, Unreadable> {
    let source = encoding::to_text(bytes, None, problems);
    let start = source.trim_start_matches('\u{feff}').trim_start();
    let values = if start.starts_with(['{', '[']) {
        vec![parse(start)]
    } else {
        let dom = html::document(start);
        let mut values: Vec<Value> = scripts(&dom).iter().map(|script| parse(script)).collect();
        values.extend(microdata(&dom));
        values
    };
    let mut found = Found::default();
    for value in &values {
        found.look(value, 0);
    }
    if found.things.is_empty() {
        return Err(Unreadable::new(match found.others.first() {
            Some(kind) => format!(
                "there is no listing in it; it describes a {}",
                crate::xml::cut_at(kind, 60)
            ),
            None => "there is no schema.org markup in it".to_owned(),
        }));
    }
    let things = found.things.into_iter().take(MOST + 1);
    Ok(things
        .map(|(category, thing)| entry(thing, category, shape, ctx, problems))
        .collect())
}

fn scripts(dom: &Dom) -> Vec<String> {
    let all = dom.descendants(Dom::ROOT).filter(|node| {
        let kind = dom.attr(*node, "type").unwrap_or_default();
        dom.name(*node) == "script" && kind.trim().eq_ignore_ascii_case("application/ld+json")
    });
    all.map(|node| dom.raw_text(node)).collect()
}

/// What of schema.org's things is a listing, and of which category. Subtypes of events end in the word.
fn category_of(kind: &str) -> Option<Category> {
    Some(match kind {
        "JobPosting" => Category::Jobs,
        "RealEstateListing"
        | "Apartment"
        | "House"
        | "SingleFamilyResidence"
        | "Residence"
        | "ApartmentComplex"
        | "GatedResidenceCommunity"
        | "Accommodation" => Category::Property,
        "Vehicle" | "Car" | "Motorcycle" | "MotorizedBicycle" | "BusOrCoach" => Category::Motoring,
        "Festival" | "EventSeries" | "Hackathon" | "CourseInstance" => Category::WhatsOn,
        kind if kind.ends_with("Event") => Category::WhatsOn,
        _ => return None,
    })
}

#[derive(Default)]
struct Found<'a> {
    things: Vec<(Category, &'a Value)>,
    /// The kinds of what is no listing.
    others: Vec<String>,
}

impl<'a> Found<'a> {
    /// Looks for listings, the outermost first; what is inside one belongs to it.
    fn look(&mut self, value: &'a Value, depth: usize) {
        if depth > DEEPEST || self.things.len() > MOST {
            return;
        }
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.look(value, depth + 1)),
            Value::Object(object) => {
                let kinds = types(value);
                if let Some(category) = kinds.iter().find_map(|kind| category_of(kind)) {
                    self.things.push((category, value));
                    return;
                }
                self.others.extend(kinds.into_iter().take(1));
                for inner in object.values().filter(|inner| inner.is_object() || inner.is_array()) {
                    self.look(inner, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// The first of a value that is a list, else the value itself.
fn first(value: &Value) -> &Value {
    value.as_array().and_then(|values| values.first()).unwrap_or(value)
}

/// What a thing says at a path of properties, of each the first.
fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter()
        .try_fold(first(value), |value, name| value.get(name).map(first))
}

/// The words at the first of these paths that has any.
fn said(thing: &Value, paths: &[&[&str]]) -> String {
    paths
        .iter()
        .find_map(|path| text(at(thing, path)?, &[]))
        .unwrap_or_default()
}

fn entry(
    thing: &Value,
    category: Category,
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Entry {
    let title = said(thing, &[&["title"], &["name"], &["headline"], &["about", "name"]]);
    let mut problem = |what: String| problems.push(Problem::new(crate::xml::cut_at(&title, 80), what));
    let starts = said(thing, &[&["startDate"], &["eventSchedule", "startDate"]]);
    let dates = if starts.is_empty() {
        Vec::new()
    } else {
        match span(&starts, &said(thing, &[&["endDate"]]), ctx) {
            Ok(span) => vec![span],
            Err(wrong) => {
                problem(format!("startDate: {wrong}"));
                Vec::new()
            }
        }
    };
    let mut time = |path: &[&str]| {
        let text = said(thing, &[path]);
        if text.is_empty() {
            return None;
        }
        crate::times::moment(&text, ctx)
            .map_err(|wrong| problem(format!("{}: {wrong}", path.join("."))))
            .ok()
    };
    let published = time(&["datePosted"]).or_else(|| time(&["datePublished"]));
    let expires = time(&["validThrough"]).or_else(|| time(&["offers", "validThrough"]));
    let status = said(thing, &[&["eventStatus"]]);
    let place = place(thing);
    let (price, per) = price(thing, &shape.currency);
    Entry {
        key: said(thing, &[&["identifier", "value"], &["identifier"], &["@id"]]),
        category: Some(category),
        cancelled: status.rsplit(['/', '#']).next() == Some("EventCancelled"),
        text: said(thing, &[&["description"], &["about", "description"]]),
        kind: said(thing, &[&["employmentType"], &["vehicleConfiguration"]])
            .replace('_', " ")
            .to_lowercase(),
        organisation: said(
            thing,
            &[
                &["hiringOrganization"],
                &["organizer"],
                &["offers", "seller"],
                &["offers", "offeredBy"],
                &["seller"],
            ],
        ),
        url: Some(said(thing, &[&["url"], &["offers", "url"]])).filter(|url| url.starts_with("http")),
        price,
        per,
        venue: place.name,
        locality: place.locality,
        point: place.point,
        dates,
        published,
        expires,
        title,
        ..Entry::default()
    }
}

#[derive(Default)]
struct Place {
    name: String,
    locality: String,
    point: Option<Point>,
}

/// Where it is: the first place that is one on the Earth.
fn place(thing: &Value) -> Place {
    let places = ["location", "jobLocation", "contentLocation"]
        .iter()
        .find_map(|name| thing.get(*name));
    let found = match places {
        Some(Value::Array(all)) => all
            .iter()
            .find(|place| !types(place).iter().any(|kind| kind == "VirtualLocation"))
            .or_else(|| all.first()),
        other => other,
    };
    // Homes are places themselves, and what lists one is about it.
    let place = found.unwrap_or_else(|| {
        at(thing, &["about"])
            .filter(|about| about.get("address").is_some())
            .unwrap_or(thing)
    });
    let name = match (found, place) {
        (Some(_), Value::String(name)) => name.trim().to_owned(),
        (Some(_), place) => said(place, &[&["name"]]),
        (None, _) => String::new(),
    };
    let number = |path: &[&str]| match at(place, path)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let spot = number(&["geo", "latitude"])
        .zip(number(&["geo", "longitude"]))
        .or_else(|| number(&["latitude"]).zip(number(&["longitude"])));
    Place {
        name,
        locality: said(
            place,
            &[
                &["address", "addressLocality"],
                &["addressLocality"],
                &["address", "addressRegion"],
            ],
        ),
        point: spot.and_then(|(latitude, longitude)| point_of(latitude, longitude)),
    }
}

/// What it costs or pays, and for what.
fn price(thing: &Value, usual: &str) -> (Option<Price>, String) {
    let amount = said(
        thing,
        &[
            &["offers", "price"],
            &["offers", "lowPrice"],
            &["offers", "priceSpecification", "price"],
            &["offers", "priceSpecification", "minPrice"],
            &["price"],
            &["baseSalary", "value", "value"],
            &["baseSalary", "value", "minValue"],
            &["baseSalary", "value"],
            &["baseSalary", "minValue"],
            &["baseSalary"],
        ],
    );
    let currency = said(
        thing,
        &[
            &["offers", "priceCurrency"],
            &["offers", "priceSpecification", "priceCurrency"],
            &["priceCurrency"],
            &["baseSalary", "currency"],
            &["salaryCurrency"],
        ],
    );
    let per = said(
        thing,
        &[
            &["baseSalary", "value", "unitText"],
            &["baseSalary", "unitText"],
            &["offers", "priceSpecification", "unitText"],
        ],
    );
    let currency = if currency.is_empty() { usual } else { &currency };
    (Price::parse(&amount, currency), per.to_lowercase())
}

/// The microdata of a page (HTML, section 5) as JSON-LD has it: its outermost things.
fn microdata(dom: &Dom) -> Vec<Value> {
    let mut things = Vec::new();
    let mut nodes = dom.descendants(Dom::ROOT);
    while let Some(node) = nodes.next() {
        if dom.attr(node, "itemscope").is_some() {
            nodes.skip_children(node);
            things.push(thing(dom, node, 0));
        }
    }
    things
}

fn thing(dom: &Dom, scope: NodeId, depth: usize) -> Value {
    let mut object = Map::new();
    if let Some(kind) = dom.attr(scope, "itemtype") {
        let kinds: Vec<Value> = kind.split_ascii_whitespace().map(Value::from).collect();
        object.insert("@type".into(), kinds.into());
    }
    if let Some(id) = dom.attr(scope, "itemid") {
        object.insert("@id".into(), id.into());
    }
    // What an `itemref` names lies elsewhere on the page and belongs to the thing all the same.
    let referred: Vec<&str> = dom
        .attr(scope, "itemref")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .take(20)
        .collect();
    let elsewhere = dom
        .descendants(Dom::ROOT)
        .filter(|node| !referred.is_empty() && dom.attr(*node, "id").is_some_and(|id| referred.contains(&id)));
    let roots: Vec<NodeId> = std::iter::once(scope).chain(elsewhere).collect();
    for root in roots {
        if root != scope {
            property(dom, root, &mut object, depth);
        }
        let mut nodes = dom.descendants(root);
        while let Some(node) = nodes.next() {
            if node == root {
                continue;
            }
            if dom.attr(node, "itemscope").is_some() {
                nodes.skip_children(node);
            }
            property(dom, node, &mut object, depth);
        }
    }
    Value::Object(object)
}

/// Puts what an element says into its thing; a property that is said twice becomes a list.
fn property(dom: &Dom, node: NodeId, object: &mut Map<String, Value>, depth: usize) {
    let Some(names) = dom.attr(node, "itemprop") else {
        return;
    };
    let value = if dom.attr(node, "itemscope").is_some() && depth < DEEPEST {
        thing(dom, node, depth + 1)
    } else {
        Value::from(value(dom, node))
    };
    for name in names.split_ascii_whitespace() {
        match object.get_mut(name) {
            Some(Value::Array(all)) => all.push(value.clone()),
            Some(one) => *one = Value::Array(vec![one.take(), value.clone()]),
            None => {
                object.insert(name.to_owned(), value.clone());
            }
        }
    }
}

fn value(dom: &Dom, node: NodeId) -> String {
    let attribute = |name| dom.attr(node, name).map(|value| value.trim().to_owned());
    let by_name = match dom.name(node) {
        "a" | "area" | "link" => attribute("href"),
        "img" | "audio" | "embed" | "iframe" | "source" | "track" | "video" => attribute("src"),
        "object" => attribute("data"),
        "time" => attribute("datetime"),
        _ => None,
    };
    attribute("content")
        .or(by_name)
        .unwrap_or_else(|| dom.plain_text(node).trim().to_owned())
}
