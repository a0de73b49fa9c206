//! The desk from outside: plain forms without script, by people of every role, on both engines.

mod acts;
mod forms;
mod writing;

use crate::accounts::{HOST, network, person, signed_in};
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_store::Engine;
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{TestApp, TestNode};

/// A network with a newsroom: `rita` reports for the daily, `ed` edits it, `eve` edits everything, `wim` edits the weekly,
/// `moe` moderates.
pub(crate) struct Newsroom {
    pub(crate) test: TestApp,
    pub(crate) node: TestNode,
}

pub(crate) async fn staff_of(test: &TestApp) -> anyhow::Result<()> {
    for (name, role, site) in [
        ("rita", Role::Reporter, Some("daily")),
        ("ed", Role::Editor, Some("daily")),
        ("eve", Role::Editor, None),
        ("wim", Role::Editor, Some("weekly")),
        ("moe", Role::Moderator, None),
    ] {
        let mut somebody = person(test, &format!("{name}_of_desk"));
        somebody.name = name.to_owned();
        somebody.grants = vec![Grant {
            role,
            site: site.map(|slug| test.site(slug)),
        }];
        staff::add(&test.app, somebody, "test").await?;
    }
    Ok(())
}

pub(crate) async fn newsroom(engine: Engine) -> anyhow::Result<Newsroom> {
    let test = network(engine).await?;
    staff_of(&test).await?;
    let node = test.start().await?;
    Ok(Newsroom { test, node })
}

impl Newsroom {
    pub(crate) async fn browser(&self, name: &str) -> anyhow::Result<Browser> {
        signed_in(&self.node, &format!("{name}_of_desk")).await
    }

    /// Writes a story by the form of a new one; gives its address at the desk.
    pub(crate) async fn write(&self, by: &mut Browser, headline: &str, body: &str) -> anyhow::Result<String> {
        let fields = [("headline", headline), ("body", body), ("place-daily", "world")];
        let made = by.post(HOST, "/desk/stories", &fields).await?;
        assert_eq!(made.status, 303, "{}", made.text());
        let to = made.header("location").unwrap();
        Ok(to.split('?').next().unwrap().to_owned())
    }
}

/// The fields of a story's form as the page has them, with some replaced.
pub(crate) fn filled(page: &Answer, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let page = page.text();
    let form = page
        .split("<form id=\"story\"")
        .nth(1)
        .unwrap()
        .split("</form>")
        .next()
        .unwrap();
    let unescape = |text: &str| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(unescape(rest.split('"').next()?))
    };
    let mut fields: Vec<(String, String)> = Vec::new();
    for tag in form.split('<').skip(1) {
        let (head, rest) = tag.split_once('>').unwrap_or((tag, ""));
        let Some(name) = attribute(head, "name") else { continue };
        if head.starts_with("textarea") {
            fields.push((name, unescape(rest.strip_prefix('\n').unwrap_or(rest))));
        } else if head.starts_with("input") && !head.contains("type=\"file\"") {
            let is_choice = head.contains("type=\"radio\"") || head.contains("type=\"checkbox\"");
            if !is_choice || head.contains(" checked") {
                fields.push((name, attribute(head, "value").unwrap_or_default()));
            }
        }
    }
    // The chosen options of selects.
    for select in form.split("<select ").skip(1) {
        let select = select.split("</select>").next().unwrap();
        let name = attribute(&format!(" {select}"), "name").unwrap();
        let chosen = select.split("<option ").find(|option| option.contains(" selected"));
        let value = chosen.and_then(|option| attribute(&format!(" {option}"), "value"));
        fields.push((name, value.unwrap_or_default()));
    }
    for (name, value) in changes {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => (*value).clone_into(known),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    fields
}

/// Sends fields that a page gave.
pub(crate) async fn send(by: &mut Browser, path: &str, fields: &[(String, String)]) -> anyhow::Result<Answer> {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    by.post(HOST, path, &fields).await
}

/// Sends fields with a file, as a form with `multipart/form-data` does; an empty file is none that was chosen.
pub(crate) async fn send_with_file(
    by: &mut Browser,
    path: &str,
    fields: &[(String, String)],
    file: &[u8],
) -> anyhow::Result<Answer> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    body.extend_from_slice(
        b"--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n",
    );
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--xx--\r\n");
    let headers = [
        ("content-type", "multipart/form-data; boundary=xx"),
        ("origin", "http://daily.example"),
    ];
    by.send("POST", HOST, path, &headers, &body).await
}
