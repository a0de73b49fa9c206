//! The desk's own forms: call-outs, the policy ladder, the log of decisions, the publisher's pages, people's names.

use crate::accounts::{HOST, network, network_with, person, reader, sign_in, signed_in};
use masthead_domain::permissions::{Grant, Role};
use masthead_domain::profiles::ProfileField;
use masthead_features::accounts::staff;
use masthead_features::profiles;
use masthead_store::{Engine, policies, profiles as profile_rows};
use masthead_testkit::{TestApp, TestNode, on_both_engines};

on_both_engines!(
    a_call_out_is_asked_changed_and_closed,
    a_step_of_the_ladder_is_changed_with_its_parts_of_the_day,
    the_log_of_decisions_is_checked_and_taken_along,
    a_page_is_written_in_revisions,
    names_and_words_are_decided_on,
    staff_need_a_second_factor_where_the_network_says_so,
);

/// A network with an administrator, an editor of the weekly, and a moderator.
async fn newsroom(engine: Engine) -> anyhow::Result<(TestApp, TestNode)> {
    let test = network(engine).await?;
    for (name, role, site) in [
        ("alma", Role::Admin, None),
        ("wes", Role::Editor, Some("weekly")),
        ("marek", Role::Moderator, None),
        ("rita", Role::Reporter, None),
    ] {
        let mut somebody = person(&test, name);
        let site = site.map(|slug| test.app.sites().by_slug(slug).unwrap().id);
        somebody.grants = vec![Grant { role, site }];
        staff::add(&test.app, somebody, "test").await?;
    }
    let node = test.start().await?;
    Ok((test, node))
}

async fn a_call_out_is_asked_changed_and_closed(engine: Engine) -> anyhow::Result<()> {
    let (test, node) = newsroom(engine).await?;
    test.publish("A quiet day", "quiet", &["daily/world"]).await?;
    let mut alma = signed_in(&node, "alma").await?;
    let title = "Were you there? <script>alert(1)</script>";
    let asked = |change: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("act", "save"),
            ("site", "daily"),
            ("slug", "storm"),
            ("title", title),
            ("about", "Send us what you saw."),
            ("wants", "pictures"),
            ("place", "front"),
            ("opens", ""),
            ("closes", ""),
        ];
        for (name, value) in change {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        fields
    };
    // What is wrong is told beside its field, and what was typed is still there.
    for (wrong, field) in [
        (("slug", "Storm!"), "wrong-slug"),
        (("title", " "), "wrong-title"),
        (("place", "topic:nothing"), "wrong-place"),
        (("place", "nowhere"), "wrong-place"),
        (("opens", "soon"), "wrong-opens"),
        (("closes", "2001-01-01T10:00"), "wrong-closes"),
    ] {
        let refused = alma.post(HOST, "/desk/call-outs", &asked(&[wrong])).await?;
        assert_eq!(refused.status, 422, "{wrong:?}: {}", refused.text());
        let text = refused.text();
        assert!(
            text.contains(&format!("id=\"{field}\"")) && text.contains("Send us what you saw."),
            "{text}"
        );
    }
    let saved = alma.post(HOST, "/desk/call-outs", &asked(&[])).await?;
    assert_eq!(
        saved.header("location"),
        Some("/desk/call-outs?done=saved"),
        "{}",
        saved.text()
    );
    let front = node
        .get_until("daily", "/", |answer| answer.text().contains("Were you there?"))
        .await?;
    assert!(!front.text().contains("<script>alert"), "{}", front.text());
    assert_eq!(alma.get(HOST, "/contribute/call-outs/storm").await?.status, 200);
    // Changed in its own form, to a section.
    let form = alma.get(HOST, "/desk/call-outs?site=daily&slug=storm").await?.text();
    assert!(
        form.contains("value=\"front\"") && form.contains("Were you there?"),
        "{form}"
    );
    let moved = alma
        .post(
            HOST,
            "/desk/call-outs",
            &asked(&[("place", "section:world"), ("title", "Who saw the storm?")]),
        )
        .await?;
    assert_eq!(moved.status, 303, "{}", moved.text());
    node.get_until("daily", "/world", |answer| answer.text().contains("Who saw the storm?"))
        .await?;
    node.get_until("daily", "/", |answer| !answer.text().contains("Who saw the storm?"))
        .await?;
    // Not by another site's editor, nor by a reporter.
    let mut wes = signed_in(&node, "wes").await?;
    assert!(
        !wes.get(HOST, "/desk/call-outs")
            .await?
            .text()
            .contains("Who saw the storm?")
    );
    assert_eq!(wes.post(HOST, "/desk/call-outs", &asked(&[])).await?.status, 403);
    let close = [("act", "close"), ("site", "daily"), ("slug", "storm")];
    assert_eq!(wes.post(HOST, "/desk/call-outs", &close).await?.status, 403);
    let mut rita = signed_in(&node, "rita").await?;
    assert_eq!(rita.get(HOST, "/desk/call-outs").await?.status, 403);
    assert_eq!(alma.post(HOST, "/desk/call-outs", &close).await?.status, 303);
    node.get_until("daily", "/world", |answer| {
        !answer.text().contains("Who saw the storm?")
    })
    .await?;
    assert_eq!(alma.get(HOST, "/contribute/call-outs/storm").await?.status, 410);
    node.stop().await;
    Ok(())
}

async fn a_step_of_the_ladder_is_changed_with_its_parts_of_the_day(engine: Engine) -> anyhow::Result<()> {
    let (test, node) = newsroom(engine).await?;
    let story = test
        .publish("A quiet day", "quiet", &["daily/world", "weekly/world"])
        .await?;
    let mut alma = signed_in(&node, "alma").await?;
    let typed = [
        ("act", "save"),
        ("step", "section:daily/world"),
        ("mode", "pre"),
        ("own-schedule", "1"),
        ("schedule", "22:00-06:00 closed"),
        ("close-after", "7"),
        ("message", "Closed for the night."),
    ];
    let wrong = |name: &'static str, value: &'static str| {
        let mut fields: Vec<_> = typed.into_iter().filter(|(known, _)| *known != name).collect();
        fields.push((name, value));
        fields
    };
    for (name, value) in [
        ("schedule", "at night"),
        ("mode", "maybe"),
        ("links", "many"),
        ("burst", "256"),
    ] {
        let refused = alma.post(HOST, "/desk/review/policy", &wrong(name, value)).await?;
        assert_eq!(refused.status, 422, "{name}: {}", refused.text());
        assert!(
            refused.text().contains("Closed for the night."),
            "what was typed is still there"
        );
    }
    let saved = alma.post(HOST, "/desk/review/policy", &typed).await?;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let page = alma.get(HOST, saved.header("location").unwrap()).await?.text();
    assert!(
        page.contains("22:00-06:00 closed") && page.contains("It is in force."),
        "{page}"
    );
    let section = test.app.sites().placement("daily/world").unwrap().section;
    let mut conn = test.app.db.reader().await?;
    let step = policies::of_scopes(&mut conn, &[section.0]).await?.pop().unwrap().step;
    drop(conn);
    assert_eq!(step.settings.close_after_days, Some(7));
    assert_eq!(step.settings.schedule.as_ref().map(Vec::len), Some(1));
    assert_eq!(step.settings.links, None, "an empty field is as the step above has it");
    // A site's editor changes that site's step, and no other.
    let mut wes = signed_in(&node, "wes").await?;
    let site = |step: &'static str| [("act", "save"), ("step", step), ("mode", "post")];
    assert_eq!(
        wes.post(HOST, "/desk/review/policy", &site("site:weekly"))
            .await?
            .status,
        303
    );
    let both = Box::leak(format!("story:{story}").into_boxed_str());
    for step in ["network", "site:daily", "section:daily/world", both] {
        assert_eq!(
            wes.post(HOST, "/desk/review/policy", &site(step)).await?.status,
            403,
            "{step}"
        );
    }
    for step in ["site:nobody", "moon", "topic:none"] {
        assert_eq!(
            alma.post(HOST, "/desk/review/policy", &site(step)).await?.status,
            404,
            "{step}"
        );
    }
    // A legal hold needs a reason, and hides comments.
    let hold = [("act", "hold"), ("step", &*both), ("reason", "")];
    assert_eq!(alma.post(HOST, "/desk/review/policy", &hold).await?.status, 422);
    let hold = [("act", "hold"), ("step", &*both), ("reason", "sub judice")];
    assert_eq!(alma.post(HOST, "/desk/review/policy", &hold).await?.status, 303);
    let held = alma
        .get(HOST, &format!("/desk/review/policy?step={both}"))
        .await?
        .text();
    assert!(
        held.contains("sub judice") && held.contains("value=\"release\""),
        "{held}"
    );
    assert_eq!(held.matches("A legal hold on this").count(), 2, "on both sites: {held}");
    let release = [("act", "release"), ("step", &*both)];
    assert_eq!(alma.post(HOST, "/desk/review/policy", &release).await?.status, 303);
    // The desk says which step decides: the section's on the one site, the site's own on the other.
    let said = alma
        .get(HOST, &format!("/desk/review/policy?step={both}"))
        .await?
        .text();
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("Comments are <strong>"))
        .collect();
    assert_eq!(lines.len(), 2, "{said}");
    for step in ["step=section%3Adaily", "step=site%3Aweekly"] {
        assert!(lines.iter().any(|line| line.contains(step)), "{step}: {lines:?}");
    }
    let mut rita = signed_in(&node, "rita").await?;
    assert_eq!(rita.get(HOST, "/desk/review/policy").await?.status, 403);
    node.stop().await;
    Ok(())
}

async fn the_log_of_decisions_is_checked_and_taken_along(engine: Engine) -> anyhow::Result<()> {
    let (test, node) = newsroom(engine).await?;
    let mut alma = signed_in(&node, "alma").await?;
    for mode in ["pre", "post"] {
        let fields = [("act", "save"), ("step", "network"), ("mode", mode)];
        assert_eq!(alma.post(HOST, "/desk/review/policy", &fields).await?.status, 303);
    }
    masthead_store::log::stamp(&test.app.db).await?;
    let checked = alma.post(HOST, "/desk/review/log", &[]).await?;
    assert!(checked.text().contains("2 entries, all sound."), "{}", checked.text());
    let file = alma.get(HOST, "/desk/review/log.jsonl").await?;
    assert!(file.header("content-disposition").unwrap().contains("decisions.jsonl"));
    let text = file.text();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[1]["act"], "policy.set");
    assert_eq!((lines[0]["seq"].as_i64(), lines[1]["seq"].as_i64()), (Some(1), Some(2)));
    // Of the whole network: a site's editor has no say in it.
    let mut wes = signed_in(&node, "wes").await?;
    for path in ["/desk/review/log", "/desk/review/log.jsonl"] {
        assert_eq!(wes.get(HOST, path).await?.status, 403, "{path}");
    }
    assert!(!wes.get(HOST, "/desk/review").await?.text().contains("/desk/review/log"));
    node.stop().await;
    Ok(())
}

async fn a_page_is_written_in_revisions(engine: Engine) -> anyhow::Result<()> {
    let (_test, node) = newsroom(engine).await?;
    let mut alma = signed_in(&node, "alma").await?;
    let page = |change: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("base", "0"),
            ("slug", "imprint"),
            ("title", "Imprint"),
            ("body", "The Daily, **Quay 1**\n\n## Editors\n\nAda Quill"),
            ("listed", "1"),
            ("position", "3"),
        ];
        for (name, value) in change {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        fields
    };
    for (wrong, field) in [
        (("title", ""), "wrong-title"),
        (("slug", "desk"), "wrong-slug"),
        (("slug", "world"), "wrong-slug"),
        (("slug", "../x"), "wrong-slug"),
        (("position", "first"), "wrong-position"),
        (("body", "[a](javascript:alert(1))"), "wrong-body"),
    ] {
        let refused = alma.post(HOST, "/desk/pages/daily", &page(&[wrong])).await?;
        assert_eq!(refused.status, 422, "{wrong:?}: {}", refused.text());
        assert!(
            refused.text().contains(&format!("id=\"{field}\"")),
            "{wrong:?}: {}",
            refused.text()
        );
    }
    let saved = alma.post(HOST, "/desk/pages/daily", &page(&[])).await?;
    assert_eq!(
        saved.header("location"),
        Some("/desk/pages/daily/imprint?done=saved"),
        "{}",
        saved.text()
    );
    let shown = node
        .get_until("daily", "/imprint", |answer| answer.status == 200)
        .await?
        .text();
    assert!(shown.contains("Quay 1") && shown.contains(">Editors</h2>"), "{shown}");
    node.get_until("daily", "/", |answer| answer.text().contains("href=\"/imprint\""))
        .await?;
    // Another who began from nothing doesn't write over it.
    let clash = alma
        .post(HOST, "/desk/pages/daily", &page(&[("body", "Something else")]))
        .await?;
    assert!(
        clash.status == 422 && clash.text().contains("Something else"),
        "{}",
        clash.text()
    );
    let second = alma
        .post(
            HOST,
            "/desk/pages/daily",
            &page(&[("base", "1"), ("body", "Moved to Quay 2")]),
        )
        .await?;
    assert_eq!(second.status, 303, "{}", second.text());
    node.get_until("daily", "/imprint", |answer| answer.text().contains("Quay 2"))
        .await?;
    // An earlier version is opened and published again.
    let earlier = alma.get(HOST, "/desk/pages/daily/imprint?revision=1").await?.text();
    assert!(
        earlier.contains("Quay 1") && earlier.contains("name=\"base\" value=\"2\""),
        "{earlier}"
    );
    let mut wes = signed_in(&node, "wes").await?;
    assert_eq!(wes.get(HOST, "/desk/pages").await?.status, 403);
    assert_eq!(alma.get(HOST, "/desk/pages/nobody").await?.status, 404);
    assert_eq!(
        alma.get(HOST, "/desk/pages/daily/imprint?revision=9").await?.status,
        404
    );
    node.stop().await;
    Ok(())
}

async fn names_and_words_are_decided_on(engine: Engine) -> anyhow::Result<()> {
    let (test, node) = newsroom(engine).await?;
    let account = reader(&test, "ada").await?;
    let profile = profile_rows::of_account(&mut test.app.db.reader().await?, account)
        .await?
        .unwrap();
    profiles::ask(&test.app, profile.id, ProfileField::Name, "Ada <i>Quill</i>").await?;
    profiles::ask(&test.app, profile.id, ProfileField::Bio, "Rows on Sundays.").await?;
    let mut marek = signed_in(&node, "marek").await?;
    let page = marek.get(HOST, "/desk/review/profiles").await?.text();
    assert!(
        page.contains("Ada &lt;i&gt;Quill") && page.contains("Rows on Sundays."),
        "{page}"
    );
    let pending = profile_rows::pending(&mut test.app.db.reader().await?, 9).await?;
    let id = |field: &str| {
        pending
            .iter()
            .find(|change| change.field == field)
            .unwrap()
            .id
            .to_string()
    };
    let (name, bio) = (id("name"), id("bio"));
    let send = async |marek: &mut masthead_testkit::browser::Browser, id: &str, act: &str, reason: &str| {
        marek
            .post(
                HOST,
                "/desk/review/profiles",
                &[("id", id), ("act", act), ("reason", reason)],
            )
            .await
    };
    assert_eq!(
        send(&mut marek, &bio, "decline", " ").await?.status,
        422,
        "not without a reason"
    );
    assert_eq!(
        send(&mut marek, &bio, "decline", "Say a little more.").await?.status,
        303
    );
    assert_eq!(send(&mut marek, &name, "approve", "").await?.status, 303);
    let again = send(&mut marek, &name, "approve", "").await?;
    assert_eq!(again.header("location"), Some("/desk/review/profiles?done=taken"));
    let shown = node
        .get_until("daily", "/profiles/ada", |answer| answer.text().contains("Quill"))
        .await?
        .text();
    assert!(
        !shown.contains("Rows on Sundays") && !shown.contains("<i>Quill"),
        "{shown}"
    );
    let mut ada = signed_in(&node, "ada").await?;
    assert!(ada.get(HOST, "/account").await?.text().contains("Say a little more."));
    let mut wes = signed_in(&node, "wes").await?;
    assert_eq!(wes.get(HOST, "/desk/review/profiles").await?.status, 403);
    node.stop().await;
    Ok(())
}

async fn staff_need_a_second_factor_where_the_network_says_so(engine: Engine) -> anyhow::Result<()> {
    let test = network_with(engine, |settings| settings.accounts.staff_code = true).await?;
    let mut alma = person(&test, "alma");
    alma.grants = vec![Grant {
        role: Role::Admin,
        site: None,
    }];
    let account = staff::add(&test.app, alma, "test").await?;
    reader(&test, "ada").await?;
    let node = test.start().await?;
    let mut alma = signed_in(&node, "alma").await?;
    let sent = alma.get(HOST, "/desk").await?;
    assert_eq!((sent.status, sent.header("location")), (302, Some("/account/code")));
    assert_eq!(alma.post(HOST, "/desk/mistakes", &[]).await?.status, 403);
    // What is everybody's is theirs too, and readers are asked for nothing.
    assert_eq!(alma.get(HOST, "/account/code").await?.status, 200);
    let mut ada = signed_in(&node, "ada").await?;
    assert_eq!(ada.get(HOST, "/account").await?.status, 200);
    assert_eq!(ada.get(HOST, "/desk").await?.status, 403);
    let secret = masthead_store::accounts::totp(&mut test.app.db.reader().await?, account)
        .await?
        .unwrap();
    let secret = secret.secret.unwrap();
    let code = masthead_services::codes::totp_code(&secret, test.app.now()).unwrap();
    assert_eq!(alma.post(HOST, "/account/code", &[("code", &code)]).await?.status, 303);
    assert_eq!(alma.get(HOST, "/desk").await?.status, 200);
    let asked = sign_in(&mut masthead_testkit::browser::Browser::new(node.address), "alma").await?;
    assert!(
        asked.status == 200 && asked.text().contains("/sign-in/code"),
        "{}",
        asked.text()
    );
    node.stop().await;
    Ok(())
}
