//! "Did you mean …": the known key that a mistyped one most likely stands for.

/// The candidate with the fewest edits, if a person would see the likeness: at most a third of the letters differ.
pub(crate) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed_key = typed.rsplit('.').next().unwrap_or(typed);
    known
        .map(|candidate| {
            // The right key in the wrong section, or with the section left out, is nearer than any misspelling.
            let same_key = candidate.rsplit('.').next() == Some(typed_key);
            (if same_key { 1 } else { edits(typed, candidate) }, candidate)
        })
        .filter(|(distance, candidate)| distance * 3 <= candidate.len().max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each count one.
fn edits(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, to) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(from != to);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && *from == right[column - 1] && left[row - 1] == *to;
            if swapped {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["recovery.code_ttl", "recovery.link_ttl", "server.listen", "mail.smtp_url"];

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        assert_eq!(nearest("recovery.code_tll", KNOWN.into_iter()), Some("recovery.code_ttl"));
        assert_eq!(nearest("recovery.codettl", KNOWN.into_iter()), Some("recovery.code_ttl"));
        assert_eq!(nearest("sever.listen", KNOWN.into_iter()), Some("server.listen"));
    }

    #[test]
    fn the_right_key_in_the_wrong_section_is_recognised() {
        assert_eq!(nearest("server.smtp_url", KNOWN.into_iter()), Some("mail.smtp_url"));
        assert_eq!(nearest("listen", KNOWN.into_iter()), Some("server.listen"));
    }

    #[test]
    fn nothing_is_suggested_where_nothing_is_alike() {
        assert_eq!(nearest("colour", KNOWN.into_iter()), None);
    }

    #[test]
    fn neighbours_swapped_are_one_edit() {
        assert_eq!(edits("ab", "ba"), 1);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("clave", "clave"), 0);
    }
}
