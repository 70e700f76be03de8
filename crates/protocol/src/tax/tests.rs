use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const HOUR: Duration = Duration::from_hours(1);

fn word(state: TaxState, origin: TaxOrigin, age: Duration) -> TaxWord {
    TaxWord { state, since: String::new(), origin, at: Some(NOW - age) }
}

fn answered(state: TaxState, age: Duration) -> TaxRecord {
    TaxRecord { register: None, answer: Some(word(state, TaxOrigin::Authority, age)) }
}

fn listed(state: TaxState, age: Duration) -> TaxRecord {
    TaxRecord { register: Some(word(state, TaxOrigin::Register, age)), answer: None }
}

fn policy(source: TaxSource) -> TaxPolicy {
    TaxPolicy { source, ..TaxPolicy::default() }
}

#[test]
fn the_table_of_old_answers() {
    use Inquiry::{Afterwards, First, Needless};
    use TaxState::{Active, Closed, Other, Suspended, Unconfirmed, Unknown};
    let second = Duration::from_secs(1);
    let just_under = |age: Duration| age.saturating_sub(second);
    let rows = [
        (answered(Active, second), Needless, Active),
        (answered(Active, just_under(DAY)), Needless, Active),
        (answered(Active, DAY), Afterwards, Active),
        (answered(Active, just_under(7 * DAY)), Afterwards, Active),
        (answered(Active, 7 * DAY), First, Unconfirmed),
        (answered(Suspended, just_under(HOUR)), Needless, Suspended),
        (answered(Suspended, HOUR), First, Suspended),
        (answered(Closed, just_under(HOUR)), Needless, Closed),
        (answered(Closed, 400 * DAY), First, Closed),
        (answered(Other, just_under(HOUR)), Needless, Other),
        (answered(Other, HOUR), First, Other),
        (answered(Unknown, just_under(HOUR)), Needless, Unknown),
        (answered(Unknown, HOUR), First, Unknown),
        (TaxRecord::default(), First, Unconfirmed),
    ];
    for (record, inquiry, settled) in rows {
        for source in [TaxSource::Live, TaxSource::Both] {
            let policy = policy(source);
            assert_eq!(policy.inquiry(&record, NOW), inquiry, "{source:?} {record:?}");
            assert_eq!(policy.settled(&record, NOW), settled, "{source:?} {record:?}");
        }
    }
    for (record, inquiry, settled) in [
        (listed(Active, second), Needless, Active),
        (listed(Active, DAY), Afterwards, Active),
        (listed(Active, 7 * DAY), First, Unconfirmed),
        (listed(Closed, second), First, Closed),
        (listed(Suspended, 400 * DAY), First, Suspended),
    ] {
        let policy = policy(TaxSource::Both);
        assert_eq!(policy.inquiry(&record, NOW), inquiry, "{record:?}");
        assert_eq!(policy.settled(&record, NOW), settled, "{record:?}");
    }
}

#[test]
fn of_both_the_authority_counts_while_its_answer_is_young_and_then_the_newer() {
    use TaxState::{Active, Suspended, Unknown};
    let both = policy(TaxSource::Both);
    let rows = [
        // The register was imported after the answer, and its file may still be older than it.
        ((Active, HOUR), (Suspended, 5 * DAY), Suspended),
        ((Suspended, HOUR), (Active, 6 * DAY), Active),
        ((Active, HOUR), (Suspended, 7 * DAY), Active),
        ((Suspended, 30 * DAY), (Active, HOUR), Active),
        ((Active, 30 * DAY), (Suspended, 20 * DAY), Suspended),
        ((Active, HOUR), (Unknown, HOUR), Active),
        ((Suspended, HOUR), (Unknown, HOUR / 2), Suspended),
    ];
    for ((listed, imported), (said, asked), expected) in rows {
        let record = TaxRecord {
            register: Some(word(listed, TaxOrigin::Register, imported)),
            answer: Some(word(said, TaxOrigin::Authority, asked)),
        };
        assert_eq!(both.settled(&record, NOW), expected, "{record:?}");
    }
}

#[test]
fn the_authoritys_words_are_read_in_any_case_and_others_are_for_a_person_to_look_at() {
    let read = |word| TaxState::parse(word);
    assert_eq!(read("ACTIVO"), TaxState::Active);
    assert_eq!(read(" suspendido "), TaxState::Suspended);
    assert_eq!(read("Pasivo"), TaxState::Closed);
    assert_eq!(read("ANULADO"), TaxState::Other);
}

#[test]
fn what_lapses_soon_is_asked_for_anew_after_half_its_life() {
    let policy = TaxPolicy { max_age: 6 * HOUR, ..policy(TaxSource::Live) };
    let inquiry = |age| policy.inquiry(&answered(TaxState::Active, age), NOW);
    assert_eq!(inquiry(Duration::from_secs(3 * 3_600 - 1)), Inquiry::Needless);
    assert_eq!(inquiry(3 * HOUR), Inquiry::Afterwards);
    assert_eq!(inquiry(6 * HOUR), Inquiry::First);
}

#[test]
fn a_source_that_was_not_chosen_says_nothing() {
    use TaxState::{Active, Closed, Unconfirmed, Unknown};
    assert_eq!(policy(TaxSource::Live).settled(&listed(Closed, HOUR), NOW), Unconfirmed);
    assert_eq!(policy(TaxSource::Register).settled(&answered(Closed, HOUR), NOW), Unknown);
    // From the register alone nobody can be asked: its word stands at any age, and without one.
    let mut old = listed(Active, 900 * DAY);
    assert_eq!(policy(TaxSource::Register).settled(&old, NOW), Active);
    if let Some(row) = &mut old.register {
        row.at = None;
    }
    assert_eq!(policy(TaxSource::Register).settled(&old, NOW), Active);
    assert_eq!(policy(TaxSource::Both).settled(&old, NOW), Unconfirmed);
}

fn states() -> impl Strategy<Value = TaxState> {
    use TaxState::{Active, Closed, Other, Suspended, Unknown};
    prop::sample::select(vec![Active, Suspended, Closed, Other, Unknown])
}

fn words(origin: TaxOrigin) -> impl Strategy<Value = Option<TaxWord>> {
    // Ages around every limit, and moments in the future, as after a clock that was set back.
    let at = prop::option::weighted(
        0.9,
        (-3_600_i64..(40 * 86_400)).prop_map(|age| Timestamp::from_micros(NOW.as_micros() - age * 1_000_000)),
    );
    prop::option::of((states(), at).prop_map(move |(state, at)| TaxWord {
        state,
        since: String::new(),
        origin,
        at,
    }))
}

prop_compose! {
    fn records()(register in words(TaxOrigin::Register), answer in words(TaxOrigin::Authority)) -> TaxRecord {
        // The register never has a row that says that there is none; an answer always has its moment.
        TaxRecord {
            register: register.filter(|row| row.state != TaxState::Unknown),
            answer: answer.filter(|said| said.at.is_some()),
        }
    }
}

fn sources() -> impl Strategy<Value = TaxSource> {
    prop::sample::select(vec![TaxSource::Register, TaxSource::Live, TaxSource::Both])
}

proptest! {
    #[test]
    fn an_authority_that_is_away_blocks_nobody_who_is_known_as_active(record in records(), source in sources()) {
        let policy = policy(source);
        let last = policy.last(&record, NOW);
        if last.is_some_and(|word| word.state == TaxState::Active && word.age(NOW) < policy.max_age) {
            prop_assert_eq!(policy.settled(&record, NOW), TaxState::Active);
            prop_assert_ne!(policy.inquiry(&record, NOW), Inquiry::First);
        }
    }

    #[test]
    fn an_outage_opens_nothing_that_was_closed(record in records(), source in sources()) {
        let policy = policy(source);
        if let Some(word) = policy.last(&record, NOW).filter(|word| word.state.speaks_against()) {
            prop_assert_eq!(policy.settled(&record, NOW), word.state);
        }
    }

    #[test]
    fn nobody_is_turned_away_by_an_old_word_unasked(record in records(), source in sources()) {
        let policy = policy(source);
        let asked = record.answer.as_ref().is_some_and(|said| said.age(NOW) < policy.recheck_after);
        if source != TaxSource::Register && policy.settled(&record, NOW) != TaxState::Active && !asked {
            prop_assert_eq!(policy.inquiry(&record, NOW), Inquiry::First);
        }
    }

    #[test]
    fn once_it_has_answered_the_authority_is_left_alone_and_its_word_counts(
        record in records(),
        state in states(),
        source in sources(),
    ) {
        let policy = policy(source);
        let told = TaxRecord { answer: Some(word(state, TaxOrigin::Authority, Duration::ZERO)), ..record.clone() };
        prop_assert_eq!(policy.inquiry(&told, NOW), Inquiry::Needless);
        let heard = source == TaxSource::Live || source == TaxSource::Both && state != TaxState::Unknown;
        if heard {
            prop_assert_eq!(policy.settled(&told, NOW), state);
        }
    }
}
