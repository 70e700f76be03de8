//! The institution's centres and what it asks people to bring.

use clavero_protocol::{EmployerKind, Need};
use clavero_words::Locale;

/// A service centre ("Centro de Atención Universal").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Centre {
    /// Its name.
    pub name: String,
    /// Its city.
    pub city: String,
    /// Street and number.
    pub address: String,
    /// When it is open.
    pub hours: String,
    /// Its telephone.
    pub phone: String,
}

/// Something that the applicant brings ("documento habilitante").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnablingDocument {
    /// The kinds of employer that bring it; none stands for all.
    pub applicants: Vec<EmployerKind>,
    /// On which occasion.
    pub when: Need,
    /// In Spanish.
    pub es: String,
    /// In English.
    pub en: String,
}

impl EnablingDocument {
    /// Whether this kind of employer brings it.
    #[must_use]
    pub fn is_for(&self, kind: EmployerKind) -> bool {
        self.applicants.is_empty() || self.applicants.contains(&kind)
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::EsEc => &self.es,
            Locale::En => &self.en,
        }
    }
}
