//! What it answers, good and bad.

use std::io::{Read, Write};

/// An answer about a RUC.
#[derive(Debug, Clone)]
pub enum Reply {
    /// As the real service answers, with this state.
    State(&'static str),
    /// The same, once the test lets it go ([`crate::TaxAuthority::release`]).
    Held(&'static str),
    /// The same, about another RUC.
    OfAnotherRuc(&'static str),
    /// 200 with this body, as JSON.
    Body(String),
    /// 200 with a page.
    Html,
    /// 204.
    NoContent,
    /// This status, with a word of a body.
    Status(u16),
    /// This status, and to come back after so many seconds.
    RetryAfter(u16, u64),
    /// 302 to there.
    Redirect(String),
    /// 200, and a body that does not end.
    Endless,
    /// Nothing, until whoever asked has gone.
    Silence,
    /// 200, a part of the body, and the end of the connection.
    CutOff,
    /// The end of the connection.
    HangUp,
    /// What is no HTTP.
    Gibberish,
}

impl Reply {
    /// Whoever asked may have gone: that is no failure here.
    pub(crate) fn write(&self, to: &mut (impl Read + Write), ruc: &str) {
        match self {
            Self::State(state) | Self::Held(state) => json(to, &shown(ruc, state)),
            Self::OfAnotherRuc(state) => json(to, &shown("1790012345001", state)),
            Self::Body(body) => json(to, body),
            Self::Html => {
                let page = "<!doctype html><title>Mantenimiento</title><h1>Volvemos pronto</h1>";
                send(to, &head("200 OK", "text/html", page.len()), page);
            }
            Self::NoContent => send(to, "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n", ""),
            Self::Status(code) => status(to, &format!("{code} Whatever")),
            Self::RetryAfter(code, seconds) => send(
                to,
                &format!(
                    "HTTP/1.1 {code} Wait\r\nretry-after: {seconds}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                ),
                "",
            ),
            Self::Redirect(location) => send(
                to,
                &format!(
                    "HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                ),
                "",
            ),
            Self::Endless => {
                let begun = to.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[");
                let mut written = begun.is_ok();
                while written {
                    written = to.write_all(&[b' '; 4_096]).is_ok();
                }
            }
            Self::Silence => drop(to.read(&mut [0; 1])),
            Self::CutOff => send(to, &head("200 OK", "application/json", 500), "[{\"numeroRuc\":"),
            Self::HangUp => {}
            Self::Gibberish => send(to, "220 mail.example ESMTP\r\n", ""),
        }
    }
}

/// One RUC as the real service shows it.
fn shown(ruc: &str, state: &str) -> String {
    format!(
        r#"[{{"numeroRuc":"{ruc}","razonSocial":"COMPAÑÍA","estadoContribuyenteRuc":"{state}","tipoContribuyente":"SOCIEDAD","regimen":"GENERAL","actividadEconomicaPrincipal":"VENTA","obligadoLlevarContabilidad":"SI","agenteRetencion":"NO","contribuyenteEspecial":"NO","informacionFechasContribuyente":{{"fechaInicioActividades":"2001-05-28 00:00:00.0","fechaCese":"2024-03-15 00:00:00.0","fechaReinicioActividades":"","fechaActualizacion":"2024-03-15 00:00:00.0"}},"representantesLegales":[],"motivoCancelacionSuspension":null,"contribuyenteFantasma":"NO","transaccionesInexistente":"NO"}}]"#
    )
}

fn json(to: &mut impl Write, body: &str) {
    send(to, &head("200 OK", "application/json", body.len()), body);
}

pub(crate) fn status(to: &mut impl Write, line: &str) {
    send(to, &head(line, "text/plain", 5), "oops\n");
}

fn head(line: &str, kind: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 {line}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    )
}

fn send(to: &mut impl Write, head: &str, body: &str) {
    let written = to.write_all(head.as_bytes()).and_then(|()| to.write_all(body.as_bytes()));
    drop(written.and_then(|()| to.flush()));
}
