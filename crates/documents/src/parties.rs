//! Who and where: what several papers name. All of it is text as people typed it or as the configuration holds it.

use serde::Serialize;

/// Whose paper it is: the deployer's brand.
#[derive(Debug, Clone, Serialize)]
pub struct Institution {
    /// Its name, in the language of the paper.
    pub name: String,
    /// The address that people write to, or empty.
    pub contact: String,
    /// Its telephone, or empty.
    pub phone: String,
    /// When somebody answers, or empty.
    pub hours: String,
    /// Colour of bars and rules, `#rrggbb`. Anything else is taken as black. No text depends on it.
    pub colour: String,
    /// The laws that the paper names, one each.
    pub legal_basis: Vec<String>,
}

/// The employer's record.
#[derive(Debug, Clone, Serialize)]
pub struct Employer {
    /// 13 digits.
    pub ruc: String,
    /// Four digits.
    pub sucursal: String,
    /// Razón social.
    pub name: String,
    /// The kind of employer in words of the paper's language.
    pub kind: String,
}

/// A person with the number that identifies them.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Cédula or código de identificación para extranjero.
    pub id: String,
    /// Names as they are registered.
    pub name: String,
}

/// Who comes to the centre.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicant {
    /// The legal representative, or the new one where the case names one.
    InPerson,
    /// Somebody else with a power of attorney.
    ThirdParty(Person),
}

/// How the applicant is reached. What was not given is empty, and stays open on paper to be filled in by hand.
#[derive(Debug, Clone, Serialize)]
pub struct Contact {
    /// The e-mail to be registered, if there is one.
    pub email: Option<String>,
    /// Telephone.
    pub phone: String,
    /// Postal address.
    pub address: String,
}

/// A service centre.
#[derive(Debug, Clone, Serialize)]
pub struct Centre {
    /// Its name.
    pub name: String,
    /// City.
    pub city: String,
    /// Street address.
    pub address: String,
    /// When it is open, or empty.
    pub hours: String,
    /// Its telephone, or empty.
    pub phone: String,
}

/// When a paper was made: as the paper says it, and as the file's metadata say it.
#[derive(Debug, Clone, Serialize)]
pub struct Made {
    /// The moment in words, such as `21/11/2026 10:42`.
    pub text: String,
    /// The same moment in microseconds since the Unix epoch, UTC.
    pub micros: i64,
}
