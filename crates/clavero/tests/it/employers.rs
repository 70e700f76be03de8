//! Made-up employers whose numbers hold. Every test takes its own, so that none spends another's limits.

use std::fmt::Write as _;

/// A row of the registry.
#[derive(Debug, Clone)]
pub(crate) struct Employer {
    pub(crate) ruc: String,
    pub(crate) sucursal: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) representative: String,
    pub(crate) email: String,
    pub(crate) has_key: bool,
    pub(crate) key_hash: String,
}

/// The registry of one test.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    rows: Vec<Employer>,
}

impl Registry {
    /// An ordinary company.
    pub(crate) fn company(&mut self) -> Employer {
        self.company_with(|_| {})
    }

    /// A company that differs from the ordinary one.
    pub(crate) fn company_with(&mut self, change: impl FnOnce(&mut Employer)) -> Employer {
        let serial = self.rows.len() + 1;
        let mut employer = Employer {
            ruc: private_ruc(serial),
            sucursal: "0001".to_owned(),
            name: format!("Compañía Ñandú {serial} S.A."),
            kind: "privada",
            representative: cedula(serial),
            email: format!("persona{serial}@correo.example"),
            has_key: true,
            key_hash: String::new(),
        };
        change(&mut employer);
        self.rows.push(employer.clone());
        employer
    }

    /// The file that `clavero import employers` reads.
    pub(crate) fn csv(&self) -> String {
        let mut csv =
            "ruc,sucursal,razon_social,tipo,representante_id,representante_nombre,correo,tiene_clave,clave_hash\n"
                .to_owned();
        for row in &self.rows {
            let Employer { ruc, sucursal, name, kind, representative, email, has_key, key_hash } = row;
            let has_key = if *has_key { "si" } else { "no" };
            writeln!(
                csv,
                "{ruc},{sucursal},\"{name}\",{kind},{representative},María José Muñoz Peña,{email},{has_key},\"{key_hash}\""
            )
            .expect("writing to a string");
        }
        csv
    }
}

/// The tax authority's register with these `(ruc, state)`.
pub(crate) fn catastro(states: &[(&str, &str)]) -> String {
    let mut csv = "NUMERO_RUC|RAZON_SOCIAL|CODIGO_JURISDICCION|ESTADO_CONTRIBUYENTE|CLASE_CONTRIBUYENTE|\
        FECHA_INICIO_ACTIVIDADES|FECHA_ACTUALIZACION|FECHA_SUSPENSION_DEFINITIVA|FECHA_REINICIO_ACTIVIDADES|OBLIGADO|\
        TIPO_CONTRIBUYENTE|NUMERO_ESTABLECIMIENTO|NOMBRE_FANTASIA_COMERCIAL|ESTADO_ESTABLECIMIENTO|\
        DESCRIPCION_PROVINCIA_EST|DESCRIPCION_CANTON_EST|DESCRIPCION_PARROQUIA_EST|CODIGO_CIIU|ACTIVIDAD_ECONOMICA|\
        AGENTE_RETENCION|ESPECIAL\n"
        .to_owned();
    for (ruc, state) in states {
        writeln!(
            csv,
            "{ruc}|COMPAÑÍA|PICHINCHA|{state}|GENERAL|2001-05-28 00:00:00|2024-05-28 00:00:00|||S|SOCIEDAD|1||ABIERTO|\
             PICHINCHA|QUITO|IÑAQUITO|G4711|VENTA|N|N"
        )
        .expect("writing to a string");
    }
    csv
}

/// Cédula number `serial`, with its check digit (modulus 10).
pub(crate) fn cedula(serial: usize) -> String {
    let nine = format!("170{serial:06}");
    let sum: u32 = nine
        .bytes()
        .enumerate()
        .map(|(at, digit)| {
            let product = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
            if product > 9 { product - 9 } else { product }
        })
        .sum();
    format!("{nine}{}", (10 - sum % 10) % 10)
}

/// A private body's RUC (modulus 11); the few serials whose check digit would be ten stand in for numbers that the
/// register holds although they do not satisfy it.
fn private_ruc(serial: usize) -> String {
    let nine = format!("179{serial:06}");
    let sum: u32 = nine
        .bytes()
        .zip([4, 3, 2, 7, 6, 5, 4, 3, 2])
        .map(|(digit, factor)| u32::from(digit - b'0') * factor)
        .sum();
    format!("{nine}{}001", (11 - sum % 11) % 11 % 10)
}
