use std::{collections::BTreeSet, ffi::OsString, path::PathBuf, time::Duration};

use clavero_protocol::{ForeignerRule, PasswordPolicy, Policy, TaxSource};
use clavero_words::Locale;

use super::{
    document::parse_document,
    problem::Origin,
    read,
    reader::Reader,
    settings::LogFormat,
    sources::{EXAMPLE, Sources},
    *,
};
use crate::speech::Speech;

fn surroundings(variables: &[(&str, &str)]) -> Surroundings {
    Surroundings::from_variables(
        variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))),
    )
}

struct Written {
    folder: tempfile::TempDir,
}

impl Written {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("clavero.toml"), text).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("clavero.toml")
    }

    fn load(&self) -> Result<Settings, Vec<Problem>> {
        load(Some(&self.path()), Surroundings::default())
    }
}

/// What stands against these lines, as the English operator reads it, without the file's path.
fn told(text: &str) -> Vec<String> {
    let written = Written::new(text);
    let problems = match written.load() {
        Ok(settings) => check_serving(&settings),
        Err(problems) => problems,
    };
    let path = written.path().display().to_string();
    problems
        .iter()
        .map(|problem| problem.tell(Speech::new(Locale::En)).replace(&path, "clavero.toml"))
        .collect()
}

const MAIL: &str = "[mail]\nsmtp_url = \"smtps://relay.example\"\nfrom = \"no-reply@clave.example\"\n";

/// The keys of the faults that `serve` finds in `text` beside a mail server that is in order.
fn refused(text: &str) -> Vec<(String, &'static str)> {
    let settings = Written::new(&format!("{text}\n{MAIL}")).load().unwrap();
    check_serving(&settings).into_iter().map(|problem| (problem.key, problem.fault.code)).collect()
}

#[test]
fn without_any_source_the_documented_defaults_hold() {
    let settings = load(None, Surroundings::default()).unwrap();
    assert_eq!(settings.recovery, Policy::default());
    assert_eq!(settings.password, PasswordPolicy::default());
    assert_eq!(settings.foreigner, ForeignerRule::default());
    let service = clavero_service::Settings::default();
    assert_eq!(settings.limits, service.limits);
    assert_eq!(settings.sessions, service.sessions);
    assert_eq!(settings.desk.sessions, service.desk.sessions);
    assert_eq!(settings.desk.enrolment_life, service.desk.enrolment_life);
    assert_eq!(settings.server.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(settings.server.admin_listen, "127.0.0.1:8081".parse().unwrap());
    assert_eq!(settings.server.public_url(settings.server.listen), "http://127.0.0.1:8080");
    assert!(settings.server.trusted_proxies.is_empty());
    assert_eq!(settings.database.file(), Some(Path::new("var/clavero.db")));
    assert!(settings.mail.smtp_url.is_none() && settings.mail.from.is_none());
    assert_eq!(settings.key_file, PathBuf::from("var/keys.toml"));
    assert_eq!(settings.sri.policy.source, TaxSource::Register);
    assert_eq!(settings.sri.policy.max_age, Duration::from_hours(7 * 24));
    assert!(settings.sri.policy.unknown_goes_online);
    assert_eq!(settings.recovery.cases.case_ttl, Duration::from_hours(30 * 24));
    assert!(!settings.assisted.centres.is_empty());
    assert_eq!(settings.log.format, LogFormat::Auto);
}

#[test]
fn every_applicant_finds_something_to_bring_in_the_defaults() {
    let settings = load(None, Surroundings::default()).unwrap();
    for kind in clavero_protocol::EmployerKind::ALL {
        let documents = settings.assisted.documents.iter();
        let own = documents.filter(|document| document.applicants.contains(&kind));
        assert!(own.count() > 0, "{kind:?}");
    }
}

#[test]
fn the_example_is_a_configuration_of_its_own_and_means_the_defaults() {
    let example = Written::new(EXAMPLE).load().unwrap();
    let defaults = load(None, Surroundings::default()).unwrap();
    assert_eq!(
        format!("{:?}", Settings { origins: reader::Origins::default(), ..example }),
        format!("{:?}", Settings { origins: reader::Origins::default(), ..defaults }),
    );
}

#[test]
fn the_example_documents_every_key_and_no_other() {
    let mut reader = Reader::new(Sources::read(None, Surroundings::default()).unwrap());
    read::settings(&mut reader);
    let known: BTreeSet<String> = reader.known().iter().map(|key| (*key).to_owned()).collect();
    // A key without a default stands there as a comment: `# smtp_url = "…"`.
    let uncommented: String = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| is_assignment(rest)).unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n");
    let documented: BTreeSet<String> = parse_document(&uncommented).unwrap().into_keys().collect();
    assert_eq!(documented, known);
}

fn is_assignment(text: &str) -> bool {
    text.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
}

#[test]
fn the_environment_overrules_the_file_and_nothing_is_unset() {
    let written = Written::new("[recovery]\ncode_ttl = \"4m\"\nlink_ttl = \"5m\"\ncode_digits = 7\n");
    let variables = surroundings(&[
        ("CLAVERO_RECOVERY__CODE_TTL", "90s"),
        ("CLAVERO_RECOVERY__LINK_TTL", ""),
        ("CLAVERO_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("CLAVERO_ASSISTED__CENTRES", "[{ name = \"A\", city = \"B\", address = \"C\" }]"),
        ("CLAVERO_CONFIG", "elsewhere.toml"),
        ("PATH", "/bin"),
    ]);
    let settings = load(Some(&written.path()), variables).unwrap();
    assert_eq!(settings.recovery.code_ttl, Duration::from_secs(90));
    assert_eq!(settings.recovery.link_ttl, Duration::from_mins(5));
    assert_eq!(settings.recovery.code_digits, 7);
    let networks = ["10.0.0.0/8", "::1"].map(|network| network.parse::<clavero_web::Network>().unwrap());
    assert_eq!(settings.server.trusted_proxies, networks);
    assert_eq!(settings.assisted.centres.len(), 1);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
    assert_eq!(
        told("[recovery]\ncode_tll = \"3m\"\n"),
        ["clavero.toml:2: unknown key `recovery.code_tll`; did you mean `recovery.code_ttl`?"]
    );
    let problems = load(None, surroundings(&[("CLAVERO_RECOVERY_CODE_TTL", "3m")])).unwrap_err();
    assert_eq!(problems[0].origin, Origin::Environment("CLAVERO_RECOVERY_CODE_TTL".to_owned()));
    assert_eq!(problems[0].fault.code, "unknown-key-near");
    assert_eq!(
        told("[colours]\nblue = 1\n"),
        ["clavero.toml:2: unknown key `colours.blue`; clavero.example.toml has every key"]
    );
    let field = told("[[assisted.centres]]\nname = \"A\"\ncity = \"B\"\naddress = \"C\"\nphones = \"1\"\n");
    assert_eq!(field.len(), 1);
    assert!(field[0].contains("`assisted.centres.phones`") && field[0].contains("`phone`"), "{field:?}");
}

#[test]
fn each_value_of_the_wrong_form_is_named_and_all_of_them_at_once() {
    let told = told(
        "[server]\nlisten = \"8080\"\n[recovery]\ncode_ttl = 180\ncode_digits = \"six\"\nmismatch = \"lie\"\n\
         [mail]\nfrom = \"Clavero <a@b.example>\"\nsmtp_url = \"https://u:secret@mail.example\"\n",
    );
    assert_eq!(told.len(), 6, "{told:#?}");
    assert!(told[0].starts_with("clavero.toml:2: `server.listen` is `8080`"), "{}", told[0]);
    let all = told.join("\n");
    for part in
        ["`recovery.code_ttl` is `180`", "`six`", "`lie`", "say, hide", "`mail.from`", "clavero.toml:8"]
    {
        assert!(all.contains(part), "{part} in {all}");
    }
    assert!(!all.contains("secret"));
}

#[test]
fn an_address_of_a_relay_that_would_be_cut_off_is_refused_and_its_password_not_shown() {
    for url in [
        "smtps://ana:#3cr-et-x@relay.example",
        "smtps://relay.example/3cr-et-x",
        "smtp://relay.example?tls=required&tls=required",
    ] {
        let told = told(&format!("[mail]\nsmtp_url = \"{url}\"\nfrom = \"a@b.example\"\n")).join("\n");
        assert!(told.contains("`mail.smtp_url` is `"), "{told}");
        assert!(!url.contains('@') || !told.contains("3cr-et"), "{told}");
    }
}

#[test]
fn a_file_that_is_absent_or_no_toml_is_refused_with_its_place() {
    assert!(told("[server\n")[0].starts_with("clavero.toml:1: "));
    let absent = load(Some(&PathBuf::from("absent/clavero.toml")), Surroundings::default()).unwrap_err();
    assert!(absent[0].tell(Speech::new(Locale::En)).contains("absent/clavero.toml"));
}

#[test]
fn a_configuration_in_order_is_served() {
    assert_eq!(refused(""), []);
    assert_eq!(
        refused(
            "[server]\nlisten = \"0.0.0.0:8080\"\npublic_url = \"https://clave.example\"\n[recovery]\nform_ttl = \"0s\""
        ),
        []
    );
}

#[test]
fn serving_needs_a_mail_server_and_a_sender() {
    let settings = load(None, Surroundings::default()).unwrap();
    let keys: Vec<String> = check_serving(&settings).into_iter().map(|problem| problem.key).collect();
    assert_eq!(keys, ["mail.from", "mail.smtp_url"]);
}

#[test]
fn each_unsafe_or_inconsistent_setting_is_refused_at_its_key() {
    let cases = [
        ("[server]\nlisten = \"0.0.0.0:8080\"", "server.public_url", "public-url-missing"),
        ("[server]\npublic_url = \"http://clave.example\"", "server.public_url", "public-url-plain"),
        ("[server]\npublic_url = \"https://clave.example/portal\"", "server.public_url", "public-url-path"),
        ("[server]\nadmin_listen = \"127.0.0.1:8080\"", "server.admin_listen", "same-listener"),
        ("[server]\nadmin_listen = \"0.0.0.0:8080\"", "server.admin_listen", "same-listener"),
        ("[server]\ntls_certificate_file = \"/etc/clavero/tls.pem\"", "server.tls_key_file", "tls-half"),
        ("[server]\ntls_key_file = \"/etc/clavero/tls.key\"", "server.tls_certificate_file", "tls-half"),
        ("[server]\ntls_client_ca_file = \"/etc/clavero/ca.pem\"", "server.tls_certificate_file", "tls-half"),
        ("[server]\ntrusted_proxies = [\"0.0.0.0/0\"]", "server.trusted_proxies", "trusts-everyone"),
        ("[recovery]\ncode_ttl = \"0s\"", "recovery.code_ttl", "zero"),
        ("[recovery]\nlink_ttl = \"0m\"", "recovery.link_ttl", "zero"),
        ("[recovery]\nwindow = \"0s\"", "recovery.window", "zero"),
        ("[recovery]\nform_ttl = \"2h\"", "recovery.form_ttl", "too-long"),
        ("[recovery]\nflow_ttl = \"2m\"", "recovery.flow_ttl", "flow-too-short"),
        ("[recovery]\nresend_after = \"31m\"", "recovery.resend_after", "resend-too-late"),
        ("[recovery]\ncode_digits = 5", "recovery.code_digits", "code-digits"),
        ("[recovery]\ncode_digits = 9", "recovery.code_digits", "code-digits"),
        ("[recovery]\ncode_attempts = 0", "recovery.code_attempts", "zero-count"),
        ("[recovery]\ncode_attempts = 200", "recovery.code_attempts", "guessable"),
        ("[recovery]\ncodes_per_day = 2", "recovery.codes_per_day", "day-below-window"),
        ("[recovery]\ncodes_per_day_total = 3", "recovery.codes_per_day_total", "total-below-one"),
        ("[password]\nmin_length = 7", "password.min_length", "password-too-short"),
        ("[password]\nmax_length = 20", "password.max_length", "password-maximum"),
        ("[password]\nmin_length = 200", "password.min_length", "minimum-above-maximum"),
        ("[foreigner]\nmin_length = 30", "foreigner.min_length", "minimum-above-maximum"),
        ("[session]\nabsolute_ttl = \"5m\"", "session.absolute_ttl", "session-ends-before-idle"),
        ("[sri]\nsource = \"live\"", "sri.base_url", "sri-base-missing"),
        ("[sri]\nsource = \"both\"", "sri.base_url", "sri-base-missing"),
        ("[sri]\nsource = \"live\"\nbase_url = \"http://sri.example\"", "sri.base_url", "sri-base-plain"),
        ("[sri]\nsource = \"live\"\nbase_url = \"https://a:b@sri.example\"", "sri.base_url", "sri-base-bare"),
        ("[sri]\ntimeout = \"11s\"", "sri.timeout", "too-long"),
        ("[sri]\ntimeout = \"0s\"", "sri.timeout", "zero"),
        ("[sri]\nrecheck_after = \"0s\"", "sri.recheck_after", "zero"),
    ];
    for (text, key, code) in cases {
        assert!(refused(text).contains(&(key.to_owned(), code)), "{text}: {:?}", refused(text));
    }
}

#[test]
fn mail_travels_encrypted_unless_it_stays_on_this_machine() {
    let codes = |url: &str| -> Vec<&'static str> {
        let text = format!("[mail]\nfrom = \"a@b.example\"\nsmtp_url = \"{url}\"\n");
        let settings = Written::new(&text).load().unwrap();
        check_serving(&settings).into_iter().map(|problem| problem.fault.code).collect()
    };
    for url in [
        "smtps://relay.example",
        "smtp://relay.example",
        "smtp://relay.example:587?tls=required",
        "smtp://localhost:1025",
        "smtp://127.0.0.1",
        "smtp://[::1]:25",
    ] {
        assert_eq!(codes(url), [""; 0], "{url}");
    }
    for url in [
        "smtp://relay.example?tls=none",
        "smtp://relay.example?tls=opportunistic",
        "smtp://127.0.0.1.example?tls=none",
        "smtp://localhost.example?tls=none",
    ] {
        assert_eq!(codes(url), ["smtp-plain"], "{url}");
    }
    assert_eq!(codes("smtps://user@relay.example"), ["user-without-password"]);
    assert_eq!(codes("smtps://relay.example\"\ntls_key_file = \"/etc/clavero/mail.key"), ["tls-half"]);
}

#[test]
fn a_desk_that_could_not_finish_a_case_is_refused() {
    let document = |when: &str| {
        format!("[[assisted.documents]]\napplicants = [\"todos\"]\nwhen = \"{when}\"\nes = \"Algo\"\n")
    };
    let lists = |whens: &[&str]| refused(&whens.iter().map(|when| document(when)).collect::<String>());
    assert!(lists(&["always", "third_party", "representative_change"]).is_empty());
    // Every kind may send somebody else; only bodies change their representative.
    let without = lists(&["always"]);
    assert_eq!(without.len(), 5 + 2);
    assert!(without.iter().all(|(key, code)| key == "assisted.documents" && *code == "document-missing"));
    assert_eq!(told(&document("siempre")).len(), 1);
    let codes = |text: &str| refused(text).into_iter().map(|(_, code)| code).collect::<Vec<_>>();
    assert_eq!(codes("[assisted]\ncase_ttl = \"3d\"\ncooling_off = \"72h\"\n"), ["too-long"]);
    assert_eq!(codes("[assisted]\nemail_changes_per_hour = 0\n"), ["zero-count"]);
    assert_eq!(codes("[assisted]\ncentres = []\n"), ["no-centre"]);
}

#[test]
fn every_fault_has_its_sentence_in_both_languages() {
    // The codes as they stand in the sources beside this file, so that none can be added without its sentence.
    let sources = [
        include_str!("check.rs"),
        include_str!("read.rs"),
        include_str!("reader.rs"),
        include_str!("duration.rs"),
        include_str!("sources.rs"),
        include_str!("../tls.rs"),
    ];
    let mut codes: BTreeSet<&str> = BTreeSet::new();
    for source in sources {
        codes.extend(source.split("Fault::new(\"").skip(1).filter_map(|rest| rest.split('"').next()));
    }
    assert!(codes.len() > 40, "{codes:?}");
    let arguments = [
        "key",
        "value",
        "why",
        "suggestion",
        "field",
        "allowed",
        "option",
        "other",
        "most",
        "least",
        "guesses",
        "written",
        "kind",
        "when",
        "from",
        "until",
    ];
    let arguments = arguments.map(|name| (name, "…"));
    for (code, locale) in codes.into_iter().flat_map(|code| Locale::ALL.map(|locale| (code, locale))) {
        // Looking up a key that is not there panics in tests.
        let sentence = Speech::new(locale).say(&format!("config-{code}"), &arguments);
        assert!(!sentence.contains("{$"), "{code} in {locale:?} needs another argument: {sentence}");
    }
}
