//! The way of a contribution, its words, and what no order of acts can bring about.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

const ANNA: AccountId = AccountId(Uuid::from_u128(1));
const BO: AccountId = AccountId(Uuid::from_u128(2));

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_767_225_600_000_000).plus_seconds(seconds)
}

fn walk(acts: &[(Act, By)]) -> Standing {
    let mut standing = Standing::new(at(0));
    for (n, (act, by)) in (1_i64..).zip(acts) {
        standing.apply(*act, *by, at(n)).unwrap();
    }
    standing
}

#[test]
fn the_whole_way_of_a_story() {
    let desk = By::Desk(ANNA);
    let standing = walk(&[
        (Act::Submit, By::Author),
        (Act::Claim, desk),
        (Act::RequestChanges, desk),
        (Act::Submit, By::Author),
        (Act::Edit, desk),
        (Act::Accept { edited: true }, desk),
        (Act::Object, By::Author),
        (Act::Accept { edited: true }, desk),
        (Act::Consent, By::Author),
        (Act::Publish { at: Some(at(500)) }, desk),
    ]);
    assert_eq!(standing.state, State::Scheduled);
    let mut early = standing;
    early.apply(Act::Pass, By::Time, at(499)).unwrap();
    assert_eq!(early.state, State::Scheduled, "a job that comes too early does nothing");
    early.apply(Act::Pass, By::Time, at(500)).unwrap();
    assert_eq!(early.state, State::Published);
}

#[test]
fn unedited_words_need_no_second_consent() {
    let standing = walk(&[
        (Act::Submit, By::Author),
        (Act::Accept { edited: false }, By::Desk(ANNA)),
    ]);
    assert_eq!(standing.state, State::Agreed);
}

#[test]
fn edits_are_never_published_without_the_authors_word() {
    let mut standing = walk(&[
        (Act::Submit, By::Author),
        (Act::Accept { edited: true }, By::Desk(ANNA)),
    ]);
    let refused = standing.apply(Act::Publish { at: None }, By::Desk(ANNA), at(9));
    assert_eq!(refused, Err(StandingError::NotNow(State::Accepted)));
    assert_eq!(
        standing.apply(Act::Consent, By::Desk(ANNA), at(9)),
        Err(StandingError::NotTheirs)
    );
}

#[test]
fn two_at_the_desk_never_decide_at_once_and_a_claim_runs_out() {
    let mut standing = walk(&[(Act::Submit, By::Author), (Act::Claim, By::Desk(ANNA))]);
    for act in [
        Act::Claim,
        Act::Edit,
        Act::Decline,
        Act::Accept { edited: false },
        Act::Leave,
    ] {
        assert_eq!(standing.apply(act, By::Desk(BO), at(3)), Err(StandingError::Claimed));
    }
    assert_eq!(standing.claimed(at(2 + CLAIM_SECONDS)), None);
    standing
        .apply(Act::Decline, By::Desk(BO), at(2 + CLAIM_SECONDS))
        .unwrap();
    assert_eq!(standing.state, State::Declined);
}

#[test]
fn what_nobody_moves_ends_after_thirty_days() {
    let mut standing = walk(&[(Act::Submit, By::Author)]);
    standing.apply(Act::Claim, By::Desk(ANNA), at(20 * 86_400)).unwrap();
    let end = 1 + OPEN_DAYS * 86_400;
    standing.apply(Act::Pass, By::Time, at(end - 1)).unwrap();
    assert_eq!(standing.state, State::Submitted);
    standing.apply(Act::Pass, By::Time, at(end)).unwrap();
    assert_eq!(standing.state, State::Expired, "a look is no move");
}

#[test]
fn words_are_those_that_can_be_read() {
    for (text, count) in [
        ("", 0),
        ("One two, three – four!", 4),
        ("> quoted words\n\nand own ones", 5),
        ("See https://example.org/a-long/path?with=words for it", 3),
        (
            "<p class=\"one two three\">four</p> <br><!-- five six --> seven&nbsp;eight",
            3,
        ),
        ("a < b and b > c, 2<3", 7),
        ("don't can't", 2),
        ("مرحبا بكم في المدينة", 4),
        ("die Donaudampfschifffahrt, 2,5 km", 4),
    ] {
        assert_eq!(words(text), count, "{text}");
    }
}

#[test]
fn a_text_becomes_blocks_without_markup_of_its_own() {
    let document = document("First <b>line</b>\nsecond https://example.org/x.\n\n> said\n\n> more\n\nlast");
    let json = serde_json::to_value(&document).unwrap();
    assert_eq!(json["blocks"].as_array().unwrap().len(), 3);
    assert_eq!(json["blocks"][0]["text"][1]["a"], "https://example.org/x");
    assert_eq!(json["blocks"][1]["paragraphs"].as_array().unwrap().len(), 2);
    assert!(document.to_plain().contains("<b>line</b>"), "it is text and stays text");
}

#[test]
fn names_are_read_back() {
    for state in State::ALL {
        assert_eq!(State::parse(state.name()), Some(state));
    }
    assert_eq!(Kind::parse("pictures"), Some(Kind::Pictures));
    assert_eq!(State::parse("gone"), None);
}

fn any_act() -> impl Strategy<Value = (Act, By)> {
    let act = prop_oneof![
        Just(Act::Submit),
        Just(Act::Claim),
        Just(Act::Leave),
        Just(Act::Edit),
        Just(Act::RequestChanges),
        any::<bool>().prop_map(|edited| Act::Accept { edited }),
        Just(Act::Consent),
        Just(Act::Object),
        proptest::option::of(0_i64..10_000_000).prop_map(|seconds| Act::Publish { at: seconds.map(at) }),
        Just(Act::Decline),
        Just(Act::Withdraw),
        Just(Act::Pass),
    ];
    let by = prop_oneof![
        Just(By::Author),
        Just(By::Desk(ANNA)),
        Just(By::Desk(BO)),
        Just(By::Time)
    ];
    (act, by)
}

proptest! {
    /// Whatever happens in whatever order: nothing gets to readers that wasn't sent, that its author didn't agree to
    /// word for word, or that the desk didn't publish; and what has ended stays as it is.
    #[test]
    fn no_way_leads_around_author_or_desk(acts in proptest::collection::vec((any_act(), 1_i64..3_000_000), 0..60)) {
        let mut standing = Standing::new(at(0));
        let (mut now, mut sent, mut agreed, mut published) = (0, false, false, false);
        for ((act, by), later) in acts {
            now += later;
            let before = standing;
            match standing.apply(act, by, at(now)) {
                Err(_) => prop_assert_eq!(standing, before, "a refusal changes nothing"),
                Ok(()) => {
                    prop_assert!(!before.state.is_final() || standing == before);
                    match act {
                        Act::Submit | Act::Object => { sent = true; agreed = true; }
                        Act::Accept { edited: true } => agreed = false,
                        Act::Consent => agreed = true,
                        Act::Publish { .. } => published = true,
                        _ => {}
                    }
                    if by == By::Author {
                        let of_desk = matches!(act, Act::Publish { .. } | Act::Accept { .. });
                        prop_assert!(!of_desk);
                    }
                }
            }
            if matches!(standing.state, State::Published | State::Scheduled) {
                prop_assert!(sent && agreed && published);
            }
            if let Some(due) = standing.due() {
                prop_assert!(due >= standing.moved_at || standing.state == State::Scheduled);
            }
            prop_assert_eq!(standing.state.is_final(), standing.due().is_none());
        }
    }
}
