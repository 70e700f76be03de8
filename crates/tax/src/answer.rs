//! The reading of an answer: strict about what decides, and nothing else of it is kept.

use clavero_protocol::{Ruc, TaxState};
use serde::Deserialize;

use crate::Fault;

/// Longer than any word that the authority has for a state.
const LONGEST_WORD: usize = 64;

/// What the authority says of a RUC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The state; [`TaxState::Unknown`] where there is no such RUC.
    pub state: TaxState,
    /// Its own word for it, in capitals; empty where there is no such RUC.
    pub word: String,
    /// Since when (`2001-05-28 00:00:00`); empty where it does not say.
    pub since: String,
}

impl Answer {
    pub(crate) const NO_SUCH_RUC: Self =
        Self { state: TaxState::Unknown, word: String::new(), since: String::new() };
}

/// One RUC as the query service shows it. Whom it belongs to is not read.
#[derive(Deserialize)]
struct Shown {
    #[serde(rename = "numeroRuc")]
    ruc: String,
    #[serde(rename = "estadoContribuyenteRuc")]
    state: String,
    #[serde(rename = "informacionFechasContribuyente", default)]
    dates: Option<Dates>,
}

#[derive(Deserialize)]
struct Dates {
    #[serde(rename = "fechaInicioActividades", default)]
    begun: Option<String>,
    #[serde(rename = "fechaCese", default)]
    ended: Option<String>,
    #[serde(rename = "fechaReinicioActividades", default)]
    resumed: Option<String>,
}

/// Reads the body of a 200: an array of one object that speaks of the RUC that was asked about. An empty body or array: there
/// is no such RUC.
pub(crate) fn read(body: &[u8], asked: &Ruc) -> Result<Answer, Fault> {
    if body.trim_ascii().is_empty() {
        return Ok(Answer::NO_SUCH_RUC);
    }
    let shown: Vec<Shown> = serde_json::from_slice(body).map_err(|_| Fault::Unreadable)?;
    let shown = match <[Shown; 1]>::try_from(shown) {
        Ok([shown]) => shown,
        Err(none) if none.is_empty() => return Ok(Answer::NO_SUCH_RUC),
        Err(_) => return Err(Fault::Unreadable),
    };
    if shown.ruc != asked.to_string() {
        return Err(Fault::AnotherRuc);
    }
    let word = shown.state.trim();
    if word.is_empty() || word.chars().count() > LONGEST_WORD || word.chars().any(char::is_control) {
        return Err(Fault::Unreadable);
    }
    let state = TaxState::parse(word);
    let dates = shown.dates.as_ref();
    let date = |pick: fn(&Dates) -> &Option<String>| {
        dates.and_then(|dates| pick(dates).as_deref()).map(str::trim).filter(|text| is_date(text))
    };
    let since = if state == TaxState::Active {
        date(|dates| &dates.resumed).or_else(|| date(|dates| &dates.begun))
    } else {
        date(|dates| &dates.ended)
    };
    Ok(Answer { state, word: word.to_uppercase(), since: since.unwrap_or_default().to_owned() })
}

/// `2001-05-28`, with or without an hour. What looks otherwise is left out: a page shows it.
fn is_date(text: &str) -> bool {
    let (day, hour) = text.split_at_checked(10).unwrap_or((text, ""));
    let day = day
        .bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    day && text.len() >= 10
        && text.len() <= 30
        && hour.bytes().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b' ' | b':' | b'.' | b'T' | b'Z' | b'+' | b'-')
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RUC: &str = "1790011674001";

    fn ruc() -> Ruc {
        Ruc::parse(RUC).unwrap()
    }

    fn of_state(state: &str) -> Result<Answer, Fault> {
        let body = format!(r#"[{{"numeroRuc":"{RUC}","estadoContribuyenteRuc":"{state}"}}]"#);
        read(body.as_bytes(), &ruc())
    }

    #[test]
    fn an_answer_is_read_with_its_state_and_since_when() {
        let body = format!(
            r#"[{{"numeroRuc":"{RUC}","razonSocial":"COMPAÑÍA","estadoContribuyenteRuc":"SUSPENDIDO","tipoContribuyente":
            "SOCIEDAD","regimen":"GENERAL","actividadEconomicaPrincipal":"VENTA","obligadoLlevarContabilidad":"SI",
            "agenteRetencion":"NO","contribuyenteEspecial":"NO","informacionFechasContribuyente":{{"fechaInicioActividades":
            "2001-05-28 00:00:00.0","fechaCese":"2024-03-15 00:00:00.0","fechaReinicioActividades":"","fechaActualizacion":
            "2024-03-15 00:00:00.0"}},"representantesLegales":[{{"identificacion":"1714307103","nombre":"X"}}],
            "motivoCancelacionSuspension":"Y","contribuyenteFantasma":"NO","transaccionesInexistente":"NO"}}]"#
        );
        let answer = read(body.as_bytes(), &ruc()).unwrap();
        assert_eq!(answer.state, TaxState::Suspended);
        assert_eq!((answer.word.as_str(), answer.since.as_str()), ("SUSPENDIDO", "2024-03-15 00:00:00.0"));
        let active = body.replace("SUSPENDIDO", "Activo");
        let answer = read(active.as_bytes(), &ruc()).unwrap();
        assert_eq!((answer.word.as_str(), answer.since.as_str()), ("ACTIVO", "2001-05-28 00:00:00.0"));
        let resumed = active.replace(r#"Actividades":"""#, r#"Actividades":"2010-01-02""#);
        assert_eq!(read(resumed.as_bytes(), &ruc()).unwrap().since, "2010-01-02");
        let odd = active.replace("2001-05-28 00:00:00.0", "<b>ayer</b>");
        assert_eq!(read(odd.as_bytes(), &ruc()).unwrap().since, "");
    }

    #[test]
    fn a_word_that_is_not_known_asks_for_a_person() {
        let state = |word| of_state(word).map(|answer| answer.state);
        assert_eq!(state("ACTIVO"), Ok(TaxState::Active));
        assert_eq!(state("PASIVO"), Ok(TaxState::Closed));
        assert_eq!(state("EN LIQUIDACIÓN"), Ok(TaxState::Other));
        assert_eq!(state("ACTIVO?"), Ok(TaxState::Other));
        assert_eq!(of_state("En Liquidación").unwrap().word, "EN LIQUIDACIÓN");
    }

    #[test]
    fn an_empty_body_or_array_says_that_there_is_no_such_ruc() {
        for body in ["", " \r\n", "[]", " [ ] "] {
            assert_eq!(read(body.as_bytes(), &ruc()), Ok(Answer::NO_SUCH_RUC), "{body:?}");
        }
    }

    #[test]
    fn what_is_no_answer_tells_nothing() {
        let object = format!(r#"{{"numeroRuc":"{RUC}","estadoContribuyenteRuc":"ACTIVO"}}"#);
        let unreadable = [
            "<!doctype html><title>Mantenimiento</title>".to_owned(),
            object.clone(),
            format!("[{object},{object}]"),
            format!("[{object}"),
            format!("[{object}] ."),
            format!("[{}]", object.replace("ACTIVO", "")),
            format!("[{}]", object.replace("ACTIVO", &"A".repeat(65))),
            format!("[{}]", object.replace("ACTIVO", "ACTIVO\\n")).replace("\\n", "\\u0007X"),
            format!("[{}]", object.replace("\"ACTIVO\"", "null")),
            format!("[{}]", object.replace("\"ACTIVO\"", "1")),
            format!("[{}]", object.replace("numeroRuc", "numero")),
            format!("[{}]", object.replace('}', ",\"estadoContribuyenteRuc\":\"PASIVO\"}")),
            "null".to_owned(),
            "[null]".to_owned(),
            "[[]]".to_owned(),
            "[".repeat(100_000),
        ];
        for body in unreadable {
            let read = read(body.as_bytes(), &ruc());
            assert_eq!(read, Err(Fault::Unreadable), "{}", &body[..body.len().min(120)]);
        }
        for other in ["1790011674002", "790011674001", " 1790011674001", ""] {
            let body = format!("[{}]", object.replace(RUC, other));
            assert_eq!(read(body.as_bytes(), &ruc()), Err(Fault::AnotherRuc), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_bring_the_reading_down(body in prop::collection::vec(any::<u8>(), 0..300)) {
            drop(read(&body, &ruc()));
        }

        #[test]
        fn no_text_for_a_date_gets_through_that_a_page_could_trip_over(text in "\\PC{0,40}") {
            if is_date(&text) {
                prop_assert!(text.is_ascii() && !text.contains(['<', '&', '"', '\'']));
            }
        }
    }
}
