//! Bylines to authors: names taken apart, people found or made.

use masthead_domain::ids::{AuthorId, IdSource};
use masthead_domain::wire::NewsItem;
use masthead_store::{Conn, StoreError, Tx, authors as rows};

/// The names of an item's byline: what the sender says of people, else its byline lines taken apart.
pub fn names(item: &NewsItem) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    let mut add = |name: &str, role: Option<&str>| {
        let name = tidy(name);
        if !name.is_empty()
            && !found
                .iter()
                .any(|(known, _)| rows::folded(known) == rows::folded(&name))
        {
            found.push((
                name,
                role.map(str::trim).filter(|role| !role.is_empty()).map(str::to_owned),
            ));
        }
    };
    for person in &item.authors {
        for name in split(&person.name) {
            add(&name, person.role.as_deref());
        }
    }
    if item.authors.is_empty() {
        for line in &item.bylines {
            for name in split(line) {
                add(&name, None);
            }
        }
    }
    found
}

/// Takes a byline apart: `By Ana Ruiz and Tom Okoro in Calder` gives two names.
fn split(line: &str) -> Vec<String> {
    let line = line.trim().trim_end_matches(['.', ',', ';']);
    let mut rest = line;
    for prefix in ["by ", "from ", "par ", "von ", "por ", "di "] {
        if let Some(head) = rest.get(..prefix.len())
            && head.eq_ignore_ascii_case(prefix)
        {
            rest = rest.get(prefix.len()..).unwrap_or("");
            break;
        }
    }
    // `in Calder`, `at the Assembly` and the like say where, not who; an agency after a comma or slash is a credit.
    let lower = rest.to_lowercase();
    let end = [" in ", " at the ", " | ", " for the "]
        .iter()
        .filter_map(|stop| lower.find(stop))
        .min();
    let rest = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
    let joined = rest
        .replace(" and ", ",")
        .replace(" und ", ",")
        .replace(" et ", ",")
        .replace(" & ", ",");
    joined
        .split([',', ';', '/'])
        .map(tidy)
        .filter(|name| looks_like_name(name))
        .collect()
}

fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn looks_like_name(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && name.chars().count() <= 80 && !name.contains(['@', '<', '>', '{', '}'])
}

/// The author of a name, if there is one.
///
/// # Errors
/// When the store can't answer.
pub async fn known(conn: &mut Conn, name: &str) -> Result<Option<AuthorId>, StoreError> {
    Ok(rows::by_name(conn, name).await?.map(|author| author.id))
}

/// The author of a name, made when there is none.
///
/// # Errors
/// When the store can't answer.
pub async fn ensure(
    tx: &mut Tx,
    ids: &dyn IdSource,
    name: &str,
    role: Option<&str>,
) -> Result<Option<AuthorId>, StoreError> {
    if let Some(known) = known(tx, name).await? {
        return Ok(Some(known));
    }
    let base = crate::sites::slug_of(name);
    if base.is_empty() {
        return Ok(None);
    }
    for attempt in 1_u32..100 {
        let slug = if attempt == 1 {
            base.clone()
        } else {
            format!("{base}-{attempt}")
        };
        let id = AuthorId::new(ids);
        if rows::insert(tx, id, &slug, name, role.unwrap_or("")).await? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(byline: &str) -> NewsItem {
        NewsItem {
            bylines: vec![byline.into()],
            ..NewsItem::default()
        }
    }

    fn plain(item: &NewsItem) -> Vec<String> {
        names(item).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn bylines_are_taken_apart() {
        assert_eq!(
            plain(&item("By Ana Ruiz and Tom Okoro in Calder")),
            ["Ana Ruiz", "Tom Okoro"]
        );
        assert_eq!(
            plain(&item("ANA RUIZ, Tom Okoro & Li Wen")),
            ["ANA RUIZ", "Tom Okoro", "Li Wen"]
        );
        assert_eq!(plain(&item("desk@example.org")), Vec::<String>::new());
        assert_eq!(plain(&item("")), Vec::<String>::new());
    }

    #[test]
    fn one_person_named_twice_is_one() {
        let twice = NewsItem {
            bylines: vec!["By Ana Ruiz".into(), "ana  ruiz".into()],
            ..NewsItem::default()
        };
        assert_eq!(plain(&twice), ["Ana Ruiz"]);
    }
}
