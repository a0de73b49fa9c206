//! Makes the file of places from what GeoNames gives away; run by `cargo xtask gazetteer`, which says where to get it.
//!
//! Of a town's other names those are kept that people type: in Latin letters as written, then in Cyrillic and Arabic, in
//! other scripts for cities alone. Transliterations, which GeoNames writes in small letters, are left out.

use anyhow::{Context as _, bail};
use masthead_domain::places::{PlaceId, folded};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;

struct Town {
    id: u32,
    name: String,
    latitude: f64,
    longitude: f64,
    population: u32,
    country: String,
    code: String,
    zone: String,
    others: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let [towns, countries, provinces, target] = files.as_slice() else {
        bail!("name the files: cities5000.json, countries.json, cities.csv and the file to write");
    };
    let mut towns = read_towns(towns)?;
    towns.sort_by(|a, b| a.latitude.total_cmp(&b.latitude).then(a.id.cmp(&b.id)));
    let countries = read_countries(countries, &towns)?;
    let provinces = name_provinces(provinces, &towns)?;
    let packed = pack(&towns, &countries, &provinces)?;
    fs::write(target, &packed)?;
    println!(
        "{} towns, {} provinces, {} countries in {} bytes",
        towns.len(),
        provinces.len(),
        countries.len(),
        packed.len()
    );
    Ok(())
}

fn json(path: &str) -> anyhow::Result<Vec<Value>> {
    let all: BTreeMap<String, Value> =
        serde_json::from_str(&fs::read_to_string(path).with_context(|| path.to_owned())?)?;
    Ok(all.into_values().collect())
}

fn string(value: &Value, field: &str) -> String {
    value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn whole(value: &Value, field: &str) -> anyhow::Result<u32> {
    let number = value
        .get(field)
        .and_then(Value::as_u64)
        .with_context(|| format!("no {field} in {value}"))?;
    Ok(u32::try_from(number)?)
}

fn read_towns(path: &str) -> anyhow::Result<Vec<Town>> {
    let degrees = |value: &Value, field: &str| value.get(field).and_then(Value::as_f64).context("no position");
    json(path)?
        .iter()
        .map(|value| {
            let others = value.get("alternatenames").and_then(Value::as_array);
            Ok(Town {
                id: whole(value, "geonameid")?,
                name: string(value, "name"),
                latitude: degrees(value, "latitude")?,
                longitude: degrees(value, "longitude")?,
                population: whole(value, "population")?,
                country: string(value, "countrycode"),
                code: string(value, "admin1code"),
                zone: string(value, "timezone"),
                others: others
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            })
        })
        .collect()
}

/// A line of the file a country, with its names.
struct Country {
    line: String,
    code: String,
    name: String,
}

fn read_countries(path: &str, towns: &[Town]) -> anyhow::Result<Vec<Country>> {
    let mut countries = Vec::new();
    for value in json(path)? {
        let (code, name, capital) = (string(&value, "iso"), string(&value, "name"), string(&value, "capital"));
        let of_it = || towns.iter().enumerate().filter(|(_, town)| town.country == code);
        // The capital by its name, or else the largest; a country without a town is left out.
        let seat = of_it()
            .filter(|(_, town)| folded(&town.name) == folded(&capital))
            .max_by_key(|(_, town)| town.population);
        let Some((seat, _)) = seat.or_else(|| of_it().max_by_key(|(_, town)| town.population)) else {
            continue;
        };
        let (id, population) = (whole(&value, "geonameid")?, whole(&value, "population")?);
        countries.push(Country {
            line: format!("{id}\t{code}\t{name}\t{population}\t{seat}\n"),
            code,
            name,
        });
    }
    Ok(countries)
}

/// Names provinces by the towns in them: the package of towns has their codes, the other their names.
fn name_provinces(path: &str, towns: &[Town]) -> anyhow::Result<BTreeMap<(String, String), String>> {
    let place = |latitude: f64, longitude: f64| format!("{latitude:.3} {longitude:.3}");
    let text = fs::read_to_string(path).with_context(|| path.to_owned())?;
    let mut names: HashMap<(String, String), String> = HashMap::new();
    for fields in text.lines().skip(1).map(csv) {
        if let [latitude, longitude, _, province, _, country] = fields.as_slice()
            && !province.is_empty()
        {
            names.insert(
                (country.clone(), place(latitude.parse()?, longitude.parse()?)),
                province.clone(),
            );
        }
    }
    let mut votes: BTreeMap<(String, String), BTreeMap<String, usize>> = BTreeMap::new();
    for town in towns {
        if let Some(name) = names.get(&(town.country.clone(), place(town.latitude, town.longitude))) {
            let code = (town.country.clone(), town.code.clone());
            *votes.entry(code).or_default().entry(name.clone()).or_default() += 1;
        }
    }
    let named = votes
        .into_iter()
        .filter(|((country, code), _)| PlaceId::province(country, code).is_some());
    Ok(named
        .filter_map(|(code, names)| Some((code, names.into_iter().max_by_key(|(_, votes)| *votes)?.0)))
        .collect())
}

/// A line of comma-separated values, where quotes surround what holds a comma.
fn csv(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.iter_mut().last().into_iter().for_each(|field| field.push(c)),
        }
    }
    fields
}

fn pack(
    towns: &[Town],
    countries: &[Country],
    provinces: &BTreeMap<(String, String), String>,
) -> anyhow::Result<Vec<u8>> {
    let zones: BTreeSet<&str> = towns.iter().map(|town| town.zone.as_str()).collect();
    let mut keys: BTreeSet<(String, usize)> = BTreeSet::new();
    let mut columns: [Vec<u8>; 7] = Default::default();
    let put = |column: &mut Vec<u8>, number: u32, width: usize| {
        column.extend(number.to_le_bytes().into_iter().take(width));
    };
    let degrees = |degrees: f64| -> u32 { ((degrees * 1e4).round() as i32).cast_unsigned() };
    for (at, town) in towns.iter().enumerate() {
        keys.extend(keys_of(town).into_iter().map(|key| (key, at)));
        let country = countries
            .iter()
            .position(|country| country.code == town.country)
            .context("a town of no country")?;
        let province = provinces
            .keys()
            .position(|(country, code)| *country == town.country && *code == town.code);
        let zone = zones
            .iter()
            .position(|zone| *zone == town.zone)
            .context("a town without a zone")?;
        let [
            ids,
            latitudes,
            longitudes,
            populations,
            of_countries,
            of_provinces,
            of_zones,
        ] = &mut columns;
        put(ids, town.id, 3);
        put(latitudes, degrees(town.latitude), 3);
        put(longitudes, degrees(town.longitude), 3);
        put(populations, town.population, 4);
        put(of_countries, u32::try_from(country)?, 1);
        put(of_provinces, u32::try_from(province.unwrap_or(65_535))?, 2);
        put(of_zones, u32::try_from(zone)?, 2);
    }
    let mut lines = String::new();
    for (at, ((country, code), name)) in provinces.iter().enumerate() {
        let of_it = || {
            towns
                .iter()
                .enumerate()
                .filter(|(_, town)| town.country == *country && town.code == *code)
        };
        let (seat, _) = of_it()
            .max_by_key(|(_, town)| town.population)
            .context("a province without a town")?;
        let population: u32 = of_it().map(|(_, town)| town.population).sum();
        lines.push_str(&format!("{country}\t{code}\t{name}\t{population}\t{seat}\n"));
        keys.insert((folded(name), towns.len() + at));
    }
    for (at, country) in countries.iter().enumerate() {
        keys.insert((folded(&country.name), towns.len() + provinces.len() + at));
    }
    let mut targets = Vec::new();
    for (_, target) in &keys {
        put(&mut targets, u32::try_from(*target)?, 3);
    }
    let joined = |parts: &mut dyn Iterator<Item = &str>| parts.map(|part| format!("{part}\n")).collect::<String>();
    let parts = [
        countries
            .iter()
            .map(|country| country.line.as_str())
            .collect::<String>()
            .into_bytes(),
        lines.into_bytes(),
        joined(&mut zones.iter().copied()).into_bytes(),
        columns.concat(),
        joined(&mut towns.iter().map(|town| town.name.as_str())).into_bytes(),
        joined(&mut keys.iter().map(|(key, _)| key.as_str())).into_bytes(),
        targets,
    ];
    let mut whole = Vec::new();
    for part in parts {
        whole.extend(u32::try_from(part.len())?.to_le_bytes());
        whole.extend(part);
    }
    let mut encoder = zstd::Encoder::new(Vec::new(), 22)?;
    encoder.window_log(25)?;
    std::io::Write::write_all(&mut encoder, &whole)?;
    Ok(encoder.finish()?)
}

#[derive(PartialEq, Eq, Hash)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Other,
}

fn script(name: &str) -> Script {
    match name.chars().find(|c| *c > '\u{2af}') {
        None => Script::Latin,
        Some('\u{400}'..='\u{52f}') => Script::Cyrillic,
        Some('\u{600}'..='\u{6ff}') => Script::Arabic,
        Some(_) => Script::Other,
    }
}

/// The folded names of a town: its own, and of the others so many a script as its size is worth.
fn keys_of(town: &Town) -> BTreeSet<String> {
    let most = match town.population {
        500_000.. => 40,
        100_000.. => 12,
        15_000.. => 4,
        _ => 2,
    };
    let mut keys = BTreeSet::from([folded(&town.name)]);
    let mut counts: HashMap<Script, usize> = HashMap::new();
    for name in &town.others {
        let (key, script) = (folded(name), script(name));
        let is_transliteration = script == Script::Latin && name.to_lowercase() == *name;
        let is_rare = script == Script::Other && town.population < 100_000;
        if key.chars().count() < 2 || is_transliteration || is_rare || keys.contains(&key) {
            continue;
        }
        let count = counts.entry(script).or_default();
        if *count < most {
            *count += 1;
            keys.insert(key);
        }
    }
    keys.retain(|key| !key.is_empty());
    keys
}
