//! Templates of a small theme: words, times, escaping, and what must not pass.

use super::*;
use serde_json::json;

/// The small theme of this crate's tests.
pub(crate) fn small_theme() -> ThemeFiles {
    let files: [(&str, &str); 8] = [
        (
            "templates/layout.html",
            include_str!("../../tests/theme/templates/layout.html"),
        ),
        (
            "templates/story.html",
            include_str!("../../tests/theme/templates/story.html"),
        ),
        (
            "templates/parts.html",
            include_str!("../../tests/theme/templates/parts.html"),
        ),
        ("css/small.css", include_str!("../../tests/theme/css/small.css")),
        ("js/small.js", include_str!("../../tests/theme/js/small.js")),
        ("images/icon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("strings/en.ftl", include_str!("../../tests/theme/strings/en.ftl")),
        ("strings/pl.ftl", include_str!("../../tests/theme/strings/pl.ftl")),
    ];
    files
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .into()
}

fn with(extra: &[(&str, &str)]) -> Result<Theme, TemplateError> {
    let mut files = small_theme();
    for (path, text) in extra {
        files.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    Theme::from_files(files)
}

fn one(template: &str, context: &serde_json::Value) -> Result<String, TemplateError> {
    with(&[("templates/one.html", template)])?.render("en", "Europe/Paris", "one.html", context)
}

fn story() -> serde_json::Value {
    json!({
        "site": {"name": "The Example"},
        "story": {
            "headline": "Bridges & <tunnels>",
            "authors": [{"name": "Ada Example", "url": "/authors/ada"}],
            "published": "2014-09-15T18:47:00Z",
            "body": ["First.", "<script>alert(1)</script>"],
            "comments": 2,
        },
        "more": [{"url": "/world/a-20140915", "headline": "A", "published": 1_410_806_820_000_000_i64}],
    })
}

#[test]
fn a_page_in_two_languages() {
    let theme = with(&[]).unwrap();
    let english = theme.render("en", "Europe/Paris", "story.html", &story()).unwrap();
    for part in [
        "<html lang=\"en\" dir=\"ltr\">",
        "<title>Bridges &amp; &lt;tunnels&gt; - The Example</title>",
        "<time datetime=\"2014-09-15T20:47:00+02:00\">2014-09-15 20:47</time>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "2 comments",
        "By <a href=\"/authors/ada\">Ada Example</a> (en)",
        "Published by The Example",
        "<style>body{margin",
        "2014-09-15 20:47</time></li>",
    ] {
        assert!(english.contains(part), "{part} in {english}");
    }
    let polish = theme.render("pl", "UTC", "story.html", &story()).unwrap();
    for part in ["2 komentarze", "Więcej", "2014-09-15T18:47:00+00:00", "(pl)"] {
        assert!(polish.contains(part), "{part} in {polish}");
    }
    let unknown = theme.render("ar-EG", "UTC", "story.html", &story()).unwrap();
    assert!(unknown.contains("lang=\"ar-EG\" dir=\"rtl\"") && unknown.contains("2 comments"));
}

#[test]
fn words_fall_back_to_english_and_nowhere_else() {
    let template = "{{ t('only-english') }}";
    let theme = with(&[("templates/one.html", template)]).unwrap();
    assert_eq!(
        theme.render("pl", "UTC", "one.html", &json!({})).unwrap(),
        "Only in English"
    );
    assert!(
        one("{{ t('never-written') }}", &json!({}))
            .unwrap_err()
            .message
            .contains("never-written")
    );
    assert!(
        one("{{ t('footer-note') }}", &json!({})).is_err(),
        "a variable that is not given"
    );
}

#[test]
fn times_in_every_form() {
    let at = json!({"at": "2014-03-30T00:59:59.5Z", "old": -1});
    for (template, expected) in [
        ("{{ at|date }}", "2014-03-30 01:59"),
        ("{{ at|day }}", "2014-03-30"),
        ("{{ at|clock }}", "01:59"),
        ("{{ at|machine }}", "2014-03-30T01:59:59+01:00"),
        ("{{ at|http_date }}", "Sun, 30 Mar 2014 00:59:59 GMT"),
        ("{{ old|machine }}", "1970-01-01T00:59:59+01:00"),
    ] {
        assert_eq!(one(template, &at).unwrap(), expected, "{template}");
    }
    for wrong in ["{{ 'yesterday'|date }}", "{{ none|date }}", "{{ 'x'|time_tag }}"] {
        assert!(one(wrong, &json!({})).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_not_there_is_an_error_with_its_place() {
    let error = one("line\n{{ story.headline }}", &json!({})).unwrap_err();
    assert_eq!(error.file, "one.html");
    assert!(
        error.message.contains("line 2") || error.message.contains(":2"),
        "{}",
        error.message
    );
    assert!(one("{{ missing }}", &json!({})).is_err());
    assert!(one("{% if missing %}x{% endif %}", &json!({})).is_err());
    assert_eq!(one("{% if missing is defined %}x{% endif %}", &json!({})).unwrap(), "");
    assert!(with(&[]).unwrap().render("en", "UTC", "none.html", &json!({})).is_err());
    assert!(with(&[]).unwrap().voice("en", "Mars/Olympus").is_err());
}

#[test]
fn a_template_that_loops_for_ever_ends() {
    let endless = "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}";
    assert!(one(endless, &json!({})).unwrap_err().message.contains("fuel"));
}

#[test]
fn the_hashes_are_those_of_what_is_inlined() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let theme = with(&[("css/other.css", "i{}")]).unwrap();
    let page = theme.render("en", "UTC", "story.html", &story()).unwrap();
    let inlined = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(inlined));
    assert_eq!(
        theme.style_hashes(),
        [format!("'sha256-{hash}'")],
        "and none of what is not inlined"
    );
    assert_eq!(theme.script_hashes().len(), 1);
}

#[test]
fn a_theme_with_a_mistake_is_not_loaded_by_half() {
    for (path, text) in [
        ("templates/bad.html", "{% if %}"),
        ("templates/bad.html", "{{ inline_css('css/none.css') }}"),
        ("templates/bad.html", "{{ inline_css(name) }}"),
        ("strings/de.ftl", "key = {\n"),
        ("strings/not-a-language-at-all.ftl", "a = b\n"),
    ] {
        assert!(with(&[(path, text)]).is_err(), "{text}");
    }
    let closing = "{{ inline_js('js/evil.js') }}";
    let theme = with(&[("js/evil.js", "'</SCRIPT>'"), ("templates/one.html", closing)]).unwrap();
    assert!(theme.render("en", "UTC", "one.html", &json!({})).is_err());
}

#[test]
fn escaping_goes_by_the_type_of_the_file() {
    let theme = with(&[
        ("templates/a.xml", "<x>{{ v }}</x>"),
        ("templates/a.txt", "{{ v }}"),
        ("templates/a.json", "{{ v }}"),
        (
            "templates/ld.html",
            "<script type=\"application/ld+json\">{{ v|tojson }}</script>",
        ),
    ])
    .unwrap();
    let context = json!({"v": "<a> & \"b\""});
    let render = |name: &str| theme.render("en", "UTC", name, &context).unwrap();
    assert_eq!(render("a.xml"), "<x>&lt;a&gt; &amp; &#34;b&#34;</x>");
    assert_eq!(render("a.txt"), "<a> & \"b\"");
    assert_eq!(render("a.json"), "\"<a> & \\\"b\\\"\"");
    assert!(!render("ld.html").contains("<a>"));
}

#[test]
fn the_built_in_theme_is_whole_and_any_file_of_it_can_be_replaced() {
    let whole = Theme::load(ThemeFiles::new()).unwrap();
    assert!(whole.template_names().contains(&"story.html".to_owned()));
    assert!(whole.languages().contains(&"en".to_owned()));
    let own = ThemeFiles::from([("templates/story.html".to_owned(), b"{{ lang }} only".to_vec())]);
    let theme = Theme::load(own).unwrap();
    assert_eq!(theme.render("en", "UTC", "story.html", &json!({})).unwrap(), "en only");
    assert_eq!(theme.template_names().len(), whole.template_names().len());
}

/// The messages of a strings file with the variables that each of them uses.
fn messages(text: &str) -> std::collections::BTreeMap<String, std::collections::BTreeSet<String>> {
    let mut found = std::collections::BTreeMap::new();
    let mut last = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            last = line.split('=').next().unwrap().trim().to_owned();
            found.insert(last.clone(), std::collections::BTreeSet::new());
        }
        for (at, _) in line.match_indices('$') {
            let name = line[at + 1..].split(|c: char| !c.is_alphanumeric() && c != '-').next();
            found.get_mut(&last).unwrap().insert(name.unwrap().to_owned());
        }
    }
    found
}

/// First words of messages that may stand in English alone: those of the desk. Its people share one language, and a
/// publisher whose newsroom wants another says them in a file of its own; readers get everything in theirs.
const DESK_WORDS: [&str; 2] = ["review", "rule"];

#[test]
fn every_language_of_the_built_in_theme_says_the_same() {
    let files = theme_files::embedded();
    let text = |path: &str| std::str::from_utf8(&files[path]).unwrap();
    let english = messages(text("strings/en.ftl"));
    assert!(english.len() > 200);
    assert_eq!(english["search-found"], ["count".to_owned()].into());
    // The desk speaks English, in files of its own.
    let languages: Vec<&String> = files
        .keys()
        .filter(|path| path.strip_prefix("strings/").is_some_and(|name| !name.contains('/')))
        .collect();
    assert!(languages.len() >= 3, "{languages:?}");
    for path in languages {
        let own = messages(text(path));
        for (key, variables) in &english {
            let said = own.get(key);
            let first = key.split('-').next().unwrap();
            if said.is_none() && DESK_WORDS.contains(&first) {
                continue;
            }
            assert_eq!(
                said,
                Some(variables),
                "{path}: `{key}` is missing, or has other variables"
            );
        }
        let unknown: Vec<&String> = own.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(
            unknown.is_empty(),
            "{path} has messages that English doesn't: {unknown:?}"
        );
    }
}

#[test]
fn numbers_and_days_are_written_as_each_language_writes_them() {
    let theme = Theme::load(ThemeFiles::new()).unwrap();
    let said = |lang: &str, key: &str, count: u64| {
        let voice = theme.voice(lang, "UTC").unwrap();
        // Marks of isolation are not seen.
        let words = voice.say(key, &[("count", Said::Number(count))]).unwrap();
        words.replace(['\u{2068}', '\u{2069}'], "")
    };
    for (lang, count, expected) in [
        ("en", 0, "0 pictures"),
        ("en", 1, "1 picture"),
        ("en-GB", 1234, "1,234 pictures"),
        ("de", 1, "1 Bild"),
        ("de-AT", 1_234_567, "1.234.567 Bilder"),
        ("ar", 0, "لا صور"),
        ("ar", 1, "صورة واحدة"),
        ("ar", 2, "صورتان"),
        ("ar", 3, "3 صور"),
        ("ar", 11, "11 صورة"),
        ("ar", 100, "100 صورة"),
    ] {
        assert_eq!(said(lang, "gallery-pictures", count), expected, "{lang} {count}");
    }
    let at = json!({"at": "2014-09-05T20:47:00Z"});
    for (lang, expected) in [
        ("en", "2014-09-05 20:47"),
        ("de", "05.09.2014 20:47"),
        ("ar", "5 سبتمبر 2014 20:47"),
    ] {
        let own = ThemeFiles::from([("templates/one.html".to_owned(), b"{{ at|date }}".to_vec())]);
        let theme = Theme::load(own).unwrap();
        assert_eq!(theme.render(lang, "UTC", "one.html", &at).unwrap(), expected);
    }
}

#[test]
fn what_is_named_in_a_sentence_from_right_to_left_is_isolated_in_it() {
    let theme = Theme::load(ThemeFiles::new()).unwrap();
    let about = |lang: &str| {
        let voice = theme.voice(lang, "UTC").unwrap();
        voice
            .say("topic-about", &[("name", Said::Text("B & C (D)".into()))])
            .unwrap()
    };
    assert!(about("ar").contains("\u{2068}B & C (D)\u{2069}"), "{}", about("ar"));
    assert!(!about("de").contains('\u{2068}'));
}
