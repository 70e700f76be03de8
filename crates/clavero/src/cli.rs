//! The command line. Its words come from the catalogue, so that `--help` speaks the terminal's language: the key of a
//! command is `help-<names>`, that of an argument `help-<names>--<argument>`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{
    Arg, ArgAction, Args, Command as ClapCommand, CommandFactory as _, FromArgMatches as _, Parser,
    Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};

use clavero_protocol::Role;

use crate::speech::Speech;

#[derive(Debug, Parser)]
#[command(
    name = "clavero",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(Demo),
    Serve,
    Migrate,
    #[command(subcommand)]
    Import(Import),
    Doctor(Doctor),
    Openapi,
    #[command(subcommand)]
    Keys(Keys),
    #[command(subcommand)]
    BreachFilter(BreachFilter),
    #[command(subcommand)]
    Generate(Generate),
    #[command(subcommand)]
    Employer(Employer),
    #[command(subcommand)]
    Officer(Officer),
    #[command(subcommand)]
    Audit(Audit),
    Retention,
    Backup(Backup),
    Restore(Restore),
    Copy(Copy),
}

#[derive(Debug, Args)]
pub(crate) struct Copy {
    #[arg(long, value_name = "URL")]
    pub(crate) from: String,
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    #[arg(value_name = "FILE", required_unless_present = "in_place", conflicts_with = "in_place")]
    pub(crate) file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) in_place: bool,
    #[arg(long, value_name = "SOURCE")]
    pub(crate) changed_since: Vec<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Vec<PathBuf>,
    #[arg(long)]
    pub(crate) unverified: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    Employers(ImportEmployers),
    Catastro(ImportCatastro),
}

#[derive(Debug, Args)]
pub(crate) struct ImportEmployers {
    #[arg(value_name = "FILE.csv")]
    pub(crate) file: PathBuf,
    #[arg(long, id = "dry-run")]
    pub(crate) dry_run: bool,
    #[arg(long, value_name = "GONE.csv")]
    pub(crate) gone: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) options: ImportOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ImportCatastro {
    #[arg(value_name = "FILE.csv", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long, id = "accept-bad")]
    pub(crate) accept_bad: bool,
    #[arg(long, id = "accept-smaller")]
    pub(crate) accept_smaller: bool,
    #[command(flatten)]
    pub(crate) options: ImportOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    #[arg(long)]
    pub(crate) strict: bool,
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    Verify(VerifyAudit),
    Export(ExportAudit),
    Prove(ProveAudit),
}

#[derive(Debug, Args)]
pub(crate) struct VerifyAudit {
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ExportAudit {
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[arg(long)]
    pub(crate) open: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProveAudit {
    #[arg(value_name = "ENTRY", required_unless_present = "since")]
    pub(crate) entry: Option<u64>,
    #[arg(long, value_name = "FILE", conflicts_with = "entry")]
    pub(crate) since: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    List,
    Rotate,
    Reseal(ResealKeys),
    Retire(RetireKey),
}

#[derive(Debug, Args)]
pub(crate) struct ResealKeys {
    #[arg(long, id = "dry-run")]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RetireKey {
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BreachFilter {
    Build(BuildFilter),
}

#[derive(Debug, Args)]
pub(crate) struct BuildFilter {
    #[arg(value_name = "LIST")]
    pub(crate) list: PathBuf,
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Generate {
    Employers(Generated),
    Catastro(Generated),
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Generated {
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    pub(crate) count: u32,
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Employer {
    Show(ShowEmployer),
    Remove(RemoveEmployers),
}

#[derive(Debug, Args)]
pub(crate) struct ShowEmployer {
    #[arg(long, value_name = "RUC")]
    pub(crate) ruc: String,
    #[arg(long, value_name = "SUCURSAL")]
    pub(crate) sucursal: String,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveEmployers {
    #[arg(value_name = "FILE.csv")]
    pub(crate) file: PathBuf,
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Officer {
    Add(AddOfficer),
    List,
    Disable(DisableOfficer),
}

#[derive(Debug, Args)]
pub(crate) struct AddOfficer {
    #[arg(long, value_name = "N")]
    pub(crate) name: String,
    #[arg(long, value_name = "E")]
    pub(crate) email: String,
    #[arg(long, value_parser = role())]
    pub(crate) role: Role,
}

#[derive(Debug, Args)]
pub(crate) struct DisableOfficer {
    #[arg(long, value_name = "E")]
    pub(crate) email: String,
}

fn role() -> impl TypedValueParser<Value = Role> {
    // The parser lets no other word through.
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .map(|word| Role::parse(&word).unwrap_or(Role::Desk))
}

impl Cli {
    /// Reads the arguments of this process. Ends it for `--help`, `--version` and wrong usage (exit code 2), as clap does.
    pub(crate) fn of_process(speech: Speech) -> Self {
        let matches = command(speech).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The whole command line in the words of a language.
pub(crate) fn command(speech: Speech) -> ClapCommand {
    let say = |key: &str| speech.say(key, &[]);
    let flag = |name: &'static str, short: char, action: ArgAction| {
        Arg::new(name).long(name).short(short).action(action).help(say(&format!("help--{name}")))
    };
    let command = Cli::command().arg(flag("help", 'h', ArgAction::Help).global(true)).arg(flag(
        "version",
        'V',
        ArgAction::Version,
    ));
    worded(command, "help", speech)
}

fn worded(command: ClapCommand, path: &str, speech: Speech) -> ClapCommand {
    let say = |key: &str| speech.say(key, &[]);
    let usage = say("help-usage");
    let template = format!("{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}");
    // Headings must live as long as the process; there are a few, made once.
    let [commands, arguments, options] =
        ["help-commands", "help-arguments", "help-options"].map(|key| -> &'static str { say(key).leak() });
    let command =
        command.about(say(path)).help_template(template).subcommand_help_heading(commands).mut_args(|arg| {
            let is_positional = arg.is_positional();
            let arg = arg.help_heading(if is_positional { arguments } else { options });
            if arg.get_help().is_some() { arg } else { word_argument(arg, path, speech) }
        });
    command.mut_subcommands(|subcommand| {
        let path = format!("{path}-{}", subcommand.get_name());
        worded(subcommand, &path, speech)
    })
}

/// An argument that means the same in every command has one sentence for all of them.
fn word_argument(arg: Arg, path: &str, speech: Speech) -> Arg {
    let id = arg.get_id().as_str();
    let shared = matches!(id, "config" | "strict" | "report" | "count" | "seed");
    let key = if shared { format!("help--{id}") } else { format!("{path}--{id}") };
    arg.help(speech.say(&key, &[]))
}

#[cfg(test)]
mod tests {
    use clavero_words::Locale;

    use super::*;

    /// Looking up a key that is not there panics in tests, so building is the proof that every sentence is there.
    #[test]
    fn every_command_and_argument_has_its_words_in_both_languages() {
        for locale in Locale::ALL {
            let mut command = command(Speech::new(locale));
            command.build();
            command.clone().debug_assert();
            let help = command.render_long_help().to_string();
            for name in [
                "demo",
                "serve",
                "import",
                "doctor",
                "migrate",
                "openapi",
                "keys",
                "breach-filter",
                "generate",
                "employer",
                "officer",
                "retention",
                "backup",
                "restore",
                "copy",
            ] {
                assert!(help.contains(name), "{name} in {help}");
            }
        }
        assert!(command(Speech::new(Locale::EsEc)).render_help().to_string().contains("Opciones"));
    }

    #[test]
    fn the_contracts_commands_are_understood() {
        let parse = |line: &str| {
            let command = command(Speech::new(Locale::En));
            command
                .try_get_matches_from(line.split(' '))
                .map(|matches| Cli::from_arg_matches(&matches).unwrap())
        };
        for line in [
            "clavero demo",
            "clavero demo --listen 127.0.0.1:9090",
            "clavero serve --config clavero.toml",
            "clavero --config clavero.toml serve",
            "clavero import employers employers.csv --strict",
            "clavero import employers employers.csv --dry-run --gone gone.csv",
            "clavero import catastro a.csv b.csv",
            "clavero import catastro a.csv --accept-bad --accept-smaller --report bad.csv",
            "clavero doctor",
            "clavero migrate",
            "clavero openapi",
            "clavero audit verify --checkpoint kept.txt",
            "clavero audit export --from 2026-11-01 --to 2026-12-01 --out november.jsonl",
            "clavero audit prove 42",
            "clavero audit prove --since kept.txt",
            "clavero keys list",
            "clavero keys rotate",
            "clavero keys reseal --dry-run",
            "clavero keys retire k1 --yes",
            "clavero breach-filter build list.txt --output breached.filter",
            "clavero generate employers --count 10 --seed 7",
            "clavero employer show --ruc 1790011674001 --sucursal 0001",
            "clavero employer remove gone.csv --yes",
            "clavero officer add --name Ana --email ana@institucion.example --role supervisor",
            "clavero officer list",
            "clavero retention",
            "clavero backup monday.db",
            "clavero restore monday.db --changed-since november.jsonl --changed-since sqlite:lost.db",
            "clavero restore --in-place --checkpoint kept.txt",
            "clavero copy --from sqlite:var/clavero.db --to postgres://clavero@db/clavero",
            "clavero officer disable --email ana@institucion.example",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
        for line in [
            "clavero",
            "clavero import employers",
            "clavero import catastro",
            "clavero serve --port 1",
            "clavero audit prove",
            "clavero audit prove 42 --since kept.txt",
            "clavero keys retire --yes",
            "clavero employer show --ruc 1790011674001",
            "clavero employer remove --yes",
            "clavero officer",
            "clavero backup",
            "clavero restore",
            "clavero restore monday.db --in-place",
            "clavero copy --from sqlite:var/clavero.db",
            "clavero officer add --name Ana --email ana@institucion.example --role boss",
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
        assert_eq!(parse("clavero import employers --help").unwrap_err().exit_code(), 0);
    }
}
