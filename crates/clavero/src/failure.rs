//! Why a command failed: exit code 1 and what the operator reads.

use crate::{config::Problem, speech::Speech};

/// A command's failure.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The configuration.
    Config(Vec<Problem>),
    /// A sentence of the catalogue.
    Say {
        /// Its key.
        key: &'static str,
        /// Its arguments.
        args: Vec<(&'static str, String)>,
    },
    /// The command has told everything itself.
    Told,
}

impl Failure {
    /// A sentence with its arguments.
    pub(crate) fn say<const N: usize>(key: &'static str, args: [(&'static str, &dyn ToString); N]) -> Self {
        Self::Say { key, args: args.map(|(name, value)| (name, value.to_string())).to_vec() }
    }

    /// What the operator reads.
    pub(crate) fn lines(&self, speech: Speech) -> Vec<String> {
        match self {
            Self::Told => Vec::new(),
            Self::Say { key, args } => {
                let args: Vec<_> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
                vec![speech.say(key, &args)]
            }
            Self::Config(problems) => problems.iter().map(|problem| problem.tell(speech)).collect(),
        }
    }
}
