//! Why a command failed: its exit code and what the operator reads.

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
    /// What was asked for is wrong in form: exit code 2, as for an argument that the command line refuses.
    Usage {
        /// A sentence's key.
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
        Self::Say { key, args: texts(args) }
    }

    /// The same of what is wrong in form.
    pub(crate) fn usage<const N: usize>(key: &'static str, args: [(&'static str, &dyn ToString); N]) -> Self {
        Self::Usage { key, args: texts(args) }
    }

    /// How the process ends.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } => 2,
            Self::Config(_) | Self::Say { .. } | Self::Told => 1,
        }
    }

    /// What the operator reads.
    pub(crate) fn lines(&self, speech: Speech) -> Vec<String> {
        match self {
            Self::Told => Vec::new(),
            Self::Say { key, args } | Self::Usage { key, args } => {
                let args: Vec<_> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
                vec![speech.say(key, &args)]
            }
            Self::Config(problems) => problems.iter().map(|problem| problem.tell(speech)).collect(),
        }
    }
}

fn texts<const N: usize>(args: [(&'static str, &dyn ToString); N]) -> Vec<(&'static str, String)> {
    args.map(|(name, value)| (name, value.to_string())).to_vec()
}
