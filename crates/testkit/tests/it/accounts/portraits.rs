//! Portraits of profiles: uploaded by a plain form, reviewed, shown, and gone with their owner.

use super::{HOST, signed_in};
use crate::comments::{Town, town};
use crate::contributions::pictures::{every_kind, jpeg, send_to};
use image::ImageReader;
use masthead_domain::profiles::ProfileField;
use masthead_features::accounts::deletion;
use masthead_features::profiles;
use masthead_store::{Engine, profiles as rows};
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::on_both_engines;
use std::io::Cursor;

on_both_engines!(
    a_portrait_is_reviewed_and_shown_beside_what_its_owner_wrote,
    a_portrait_goes_when_it_is_declined_replaced_removed_or_its_owner_leaves,
    no_file_breaks_the_form_for_portraits,
);

async fn upload(browser: &mut Browser, file: &[u8]) -> anyhow::Result<Answer> {
    send_to(browser, ("/account/picture", "file"), &[], &[("me.jpg", file)]).await
}

/// The one change of a portrait that waits, and the portrait.
async fn waiting(town: &Town) -> anyhow::Result<(String, String)> {
    let pending = rows::pending(&mut town.test.app.db.reader().await?, 9).await?;
    assert_eq!(pending.len(), 1, "{pending:?}");
    assert_eq!(pending[0].field, ProfileField::Picture.name());
    Ok((pending[0].id.to_string(), pending[0].value.clone()))
}

async fn decide(marek: &mut Browser, id: &str, act: &str) -> anyhow::Result<Answer> {
    let fields = [("id", id), ("act", act), ("reason", "It shows somebody else.")];
    marek.post(HOST, "/desk/review/profiles", &fields).await
}

fn public(picture: &str, width: u16) -> String {
    format!("/media/profiles/{picture}/{width}.jpg")
}

async fn a_portrait_is_reviewed_and_shown_beside_what_its_owner_wrote(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let mut marek = town.browser("marek").await?;
    let written = Town::id(&town.write(&mut ada, "The pier was older than the town.").await?);
    town.page(|text| text.contains(&format!("comment-{written}"))).await?;

    // Wider than high, turned by its EXIF, and with a position.
    let file = jpeg(4, (800, 400), 6, true);
    assert_eq!(upload(&mut ada, &file).await?.status, 303);
    let (change, picture) = waiting(&town).await?;
    let own = format!("/account/pictures/{picture}");
    assert!(ada.get(HOST, "/account").await?.text().contains(&own));
    assert_eq!(ada.get(HOST, &own).await?.status, 200);
    let mut ben = town.browser("ben").await?;
    assert_eq!(ben.get(HOST, &own).await?.status, 404, "somebody else's");
    assert!(marek.get(HOST, "/desk/review/profiles").await?.text().contains(&own));
    assert_eq!(marek.get(HOST, &own).await?.status, 200);
    assert_eq!(town.node.get("daily", &public(&picture, 96)).await?.status, 404);

    assert_eq!(decide(&mut marek, &change, "approve").await?.status, 303);
    let small = public(&picture, 96);
    town.page(|text| text.contains(&small)).await?;
    for site in ["daily", "weekly"] {
        let large = public(&picture, 320);
        town.node
            .get_until(site, "/profiles/ada", |answer| answer.text().contains(&large))
            .await?;
    }
    for width in [96, 320] {
        let answer = town.node.get("daily", &public(&picture, width)).await?;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some("image/jpeg"))
        );
        let shown = ImageReader::new(Cursor::new(answer.body.to_vec()))
            .with_guessed_format()?
            .decode()?;
        assert_eq!((shown.width(), shown.height()), (u32::from(width), u32::from(width)));
        let text = String::from_utf8_lossy(&answer.body);
        assert!(!text.contains("Exif") && !text.contains("II*"), "metadata went out");
    }
    assert_eq!(town.node.get("daily", &public(&picture, 97)).await?.status, 404);
    town.node.stop().await;
    Ok(())
}

async fn a_portrait_goes_when_it_is_declined_replaced_removed_or_its_owner_leaves(
    engine: Engine,
) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let mut ada = town.browser("ada").await?;
    let mut marek = town.browser("marek").await?;
    let seen = async |browser: &mut Browser, picture: &str| -> anyhow::Result<u16> {
        Ok(browser.get(HOST, &format!("/account/pictures/{picture}")).await?.status)
    };

    upload(&mut ada, &jpeg(1, (400, 400), 1, false)).await?;
    let (_, replaced) = waiting(&town).await?;
    upload(&mut ada, &jpeg(2, (400, 400), 1, false)).await?;
    let (change, declined) = waiting(&town).await?;
    assert_eq!(seen(&mut ada, &replaced).await?, 404, "another came after it");
    assert_eq!(decide(&mut marek, &change, "decline").await?.status, 303);
    assert_eq!(seen(&mut marek, &declined).await?, 404, "declined");
    let page = ada.get(HOST, "/account").await?.text();
    assert!(page.contains("It shows somebody else."), "{page}");

    upload(&mut ada, &jpeg(3, (400, 400), 1, false)).await?;
    let (change, first) = waiting(&town).await?;
    decide(&mut marek, &change, "approve").await?;
    upload(&mut ada, &jpeg(5, (400, 400), 1, false)).await?;
    let (change, second) = waiting(&town).await?;
    assert_eq!(
        town.node.get("daily", &public(&first, 96)).await?.status,
        200,
        "while the next one waits"
    );
    decide(&mut marek, &change, "approve").await?;
    town.node
        .get_until("daily", &public(&first, 96), |answer| answer.status == 404)
        .await?;
    assert_eq!(town.node.get("daily", &public(&second, 96)).await?.status, 200);
    let removed = send_to(&mut ada, ("/account/picture", "file"), &[("act", "remove")], &[]).await?;
    assert_eq!(removed.header("location"), Some("/account?done=no-picture"));
    town.node
        .get_until("daily", &public(&second, 96), |answer| answer.status == 404)
        .await?;

    upload(&mut ada, &jpeg(6, (400, 400), 1, false)).await?;
    let (change, last) = waiting(&town).await?;
    decide(&mut marek, &change, "approve").await?;
    assert_eq!(town.node.get("daily", &public(&last, 96)).await?.status, 200);
    let account = masthead_features::accounts::staff::find(&town.test.app, "ada").await?;
    deletion::ask(&town.test.app, account, false).await?;
    town.test.clock.step_seconds(86_401);
    town.test.run_jobs().await?;
    town.node
        .get_until("daily", &public(&last, 96), |answer| answer.status == 404)
        .await?;
    let mut marek = signed_in(&town.node, "marek").await?;
    assert_eq!(seen(&mut marek, &last).await?, 404, "nobody has it any more");
    town.node.stop().await;
    Ok(())
}

/// Each is a portrait, or comes back with a reason.
async fn no_file_breaks_the_form_for_portraits(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let mut ada = town.browser("ada").await?;
    let none = send_to(&mut ada, ("/account/picture", "file"), &[], &[("", b"")]).await?;
    assert_eq!(none.status, 422, "no file was chosen");
    let small = upload(&mut ada, &jpeg(1, (63, 200), 1, false)).await?;
    assert_eq!(small.status, 422, "too small");
    let (mut taken, all) = (0, every_kind(engine)?);
    for (name, file) in &all {
        let answer = upload(&mut ada, file).await?;
        anyhow::ensure!(matches!(answer.status, 303 | 422), "{name}: {}", answer.status);
        taken += i32::from(answer.status == 303);
    }
    if all.len() > 3 {
        assert!(taken > 0, "some of them are pictures");
        let (_, picture) = waiting(&town).await?;
        assert_eq!(
            ada.get(HOST, &format!("/account/pictures/{picture}")).await?.status,
            200
        );
    }
    assert_eq!(ada.get(HOST, "/account").await?.status, 200);
    // Nothing is taken of whom nobody knows.
    let stranger = upload(&mut Browser::new(town.node.address), &jpeg(1, (400, 400), 1, false)).await?;
    assert!(matches!(stranger.status, 302 | 303 | 401 | 403), "{}", stranger.status);
    let profile = profiles::named(
        &town.test.app,
        &mut town.test.app.db.reader().await?,
        &masthead_domain::profiles::Username::parse("ada")?,
    )
    .await?;
    assert!(
        profile.is_some_and(|profile| profile.picture.is_none()),
        "nothing shows unseen"
    );
    town.node.stop().await;
    Ok(())
}
