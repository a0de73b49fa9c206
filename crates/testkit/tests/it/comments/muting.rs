//! Muting people, from outside.

use super::{HOST, town};
use masthead_store::Engine;
use masthead_testkit::on_both_engines;

on_both_engines!(who_mutes_somebody_reads_a_line_in_place_of_theirs,);

async fn who_mutes_somebody_reads_a_line_in_place_of_theirs(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let (mut ada, mut ben) = (town.browser("ada").await?, town.browser("ben").await?);
    town.write(&mut ada, "Loud words of Ada.").await?;
    town.write(&mut ben, "Quiet words of Ben.").await?;
    town.page(|text| text.contains("Loud words") && text.contains("Quiet words"))
        .await?;
    let page = ben.get(HOST, "/profiles/ada").await?.text();
    assert!(page.contains("action=\"/profiles/ada/mute\""), "{page}");
    assert!(
        !ada.get(HOST, "/profiles/ada")
            .await?
            .text()
            .contains("/profiles/ada/mute")
    );

    let muted = ben.post(HOST, "/profiles/ada/mute", &[("return", &town.path)]).await?;
    assert_eq!(
        (muted.status, muted.header("location")),
        (303, Some(town.path.as_str()))
    );
    let page = ben.get(HOST, &town.path).await?.text();
    assert!(page.contains("You muted the writer of this comment."), "{page}");
    assert!(!page.contains("Loud words") && page.contains("Quiet words"));
    assert!(ben.get("weekly.example", &town.path).await?.status == 200);
    let page = ada.get(HOST, &town.path).await?.text();
    assert!(
        page.contains("Loud words") && page.contains("Quiet words"),
        "for others nothing changes"
    );
    town.page(|text| text.contains("Loud words")).await?;

    let account = ben.get(HOST, "/account").await?.text();
    assert!(account.contains("People you muted") && account.contains("/profiles/ada/mute"));
    assert!(ben.get(HOST, "/account/data").await?.text().contains("/profiles/ada"));
    let undone = ben
        .post(HOST, "/profiles/ada/mute", &[("undo", "1"), ("return", "/account")])
        .await?;
    assert_eq!((undone.status, undone.header("location")), (303, Some("/account")));
    assert!(ben.get(HOST, &town.path).await?.text().contains("Loud words"));
    assert!(!ben.get(HOST, "/account").await?.text().contains("People you muted"));

    assert_eq!(
        ben.post(HOST, "/profiles/ben/mute", &[]).await?.status,
        404,
        "not oneself"
    );
    assert_eq!(ben.post(HOST, "/profiles/nobody_here/mute", &[]).await?.status, 404);
    let mut stranger = masthead_testkit::browser::Browser::new(town.node.address);
    assert_eq!(stranger.post(HOST, "/profiles/ada/mute", &[]).await?.status, 401);
    town.node.stop().await;
    Ok(())
}
