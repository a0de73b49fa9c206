//! Renders a story page of about 8 KB in a loop and says how long one takes.
//!
//! The template is the small theme of this crate's tests; the page has what a story page has: 25 paragraphs, twelve
//! related cards with times, words of the interface, a macro and inherited blocks.

use masthead_web::templates::Theme;
use masthead_web::theme_files::ThemeFiles;
use serde_json::json;
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let files: [(&str, &str); 7] = [
        (
            "templates/layout.html",
            include_str!("../tests/theme/templates/layout.html"),
        ),
        (
            "templates/story.html",
            include_str!("../tests/theme/templates/story.html"),
        ),
        (
            "templates/parts.html",
            include_str!("../tests/theme/templates/parts.html"),
        ),
        ("css/small.css", include_str!("../tests/theme/css/small.css")),
        ("js/small.js", include_str!("../tests/theme/js/small.js")),
        ("images/icon.svg", "<svg/>"),
        ("strings/en.ftl", include_str!("../tests/theme/strings/en.ftl")),
    ];
    let files: ThemeFiles = files
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .into();
    let voice = Theme::from_files(files)?.voice("en", "Europe/Paris")?;
    let paragraph = "The ministers met for the third time this week and agreed to meet again & again; \"nothing\" was \
        signed, and the railway's timetable for the harbour line stays as it was in the summer, officials said on \
        Tuesday evening after a long day of talks with the unions.";
    let card = json!({"url": "/world/ministers-meet-again-20140915", "headline": "Ministers meet again over the railway",
        "published": "2014-09-15T18:47:00Z"});
    let page = json!({
        "site": {"name": "The Example"},
        "story": {
            "headline": "Bridges & tunnels",
            "authors": [{"name": "Ada Example", "url": "/authors/ada"}, {"name": "Bo Example", "url": "/authors/bo"}],
            "published": "2014-09-15T18:47:00Z",
            "body": vec![paragraph; 22],
            "comments": 2,
        },
        "more": vec![card; 12],
    });
    let length = voice.render("story.html", &page)?.len();
    for _ in 0..3 {
        let rounds = 5000;
        let started = Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(voice.render("story.html", &page)?);
        }
        println!(
            "{length} bytes in {:.1} us",
            started.elapsed().as_secs_f64() * 1e6 / f64::from(rounds)
        );
    }
    Ok(())
}
