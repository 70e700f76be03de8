//! The tax authority's register as an operator loads it, on either engine: whole or not at all, beside a running service.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Output, Stdio},
};

use clavero_postgres_fixture::Cluster;
use tempfile::TempDir;

use crate::{
    api::Api,
    employers::{Employer, Registry, catastro},
    mail::Inbox,
    server::{Setup, clavero},
};

/// A folder of files, and the database that they are loaded into.
struct Office {
    folder: TempDir,
    url: String,
    /// A server's database is there as long as this is.
    _cluster: Option<Cluster>,
}

impl Office {
    fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/clavero.db", folder.path().display());
        Self { folder, url, _cluster: None }
    }

    fn on_postgres() -> Self {
        let cluster = Cluster::shared();
        let url = cluster.url(&cluster.database());
        Self { folder: tempfile::tempdir().unwrap(), url, _cluster: Some(cluster) }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), text).unwrap();
    }

    /// A file of so many made-up rows, of one seed.
    fn make(&self, name: &str, count: &str, seed: &str) {
        let made = clavero(&["generate", "catastro", "--count", count, "--seed", seed]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        self.write(name, made.stdout);
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = clavero(&[&["import", "catastro"], args].concat());
        command.current_dir(self.path()).env("CLAVERO_DATABASE__URL", &self.url);
        command
    }

    fn import(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What an import says that does its work.
    #[track_caller]
    fn loads(&self, args: &[&str]) -> String {
        let done = self.import(args);
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// An import that is refused says so with this in it, and leaves the register of `standing` as it was.
    #[track_caller]
    fn refuses(&self, args: &[&str], why: &str, standing: &[&str]) {
        let refused = self.import(args);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(1) && said.contains(why), "{refused:?}");
        assert!(self.loads(standing).contains("just this already"), "after {args:?}");
    }
}

macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(super::Office::on_sqlite()).await;
            })+
        }

        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(super::Office::on_postgres()).await;
            })+
        }
    };
}

on_both! {
    several_files_are_one_register_and_a_second_run_changes_nothing,
    what_is_not_the_register_is_refused_and_the_old_one_serves,
    an_import_that_is_killed_leaves_the_old_register_and_the_next_one_comes_through,
    a_running_service_goes_on_with_the_old_register_until_all_of_the_new_one_is_there,
}

async fn several_files_are_one_register_and_a_second_run_changes_nothing(office: Office) {
    office.write("a.csv", catastro(&[("1790012345001", "ACTIVO"), ("1790012346001", "PASIVO")]));
    office.write("b.csv", catastro(&[("1790012347001", "ACTIVO"), ("1790012345001", "ACTIVO")]));
    assert_eq!(office.loads(&["a.csv", "b.csv"]), "3 new, 0 changed, 0 unchanged, 0 gone, 0 bad");
    for again in [["a.csv", "b.csv"], ["b.csv", "a.csv"]] {
        let said = office.loads(&again);
        assert_eq!(said, "the register says just this already (3 RUCs, 0 bad rows); nothing was changed");
    }
    office.write("b.csv", catastro(&[("1790012347001", "SUSPENDIDO"), ("1790012348001", "ACTIVO")]));
    assert_eq!(office.loads(&["b.csv", "a.csv"]), "1 new, 1 changed, 2 unchanged, 0 gone, 0 bad");
    assert_eq!(office.loads(&["b.csv"]), "0 new, 0 changed, 2 unchanged, 2 gone, 0 bad");
}

async fn what_is_not_the_register_is_refused_and_the_old_one_serves(office: Office) {
    office.make("good.csv", "2000", "1");
    let good = fs::read(office.path().join("good.csv")).unwrap();
    assert!(office.loads(&["good.csv"]).ends_with(" new, 0 changed, 0 unchanged, 0 gone, 0 bad"));
    let standing = ["good.csv"];
    office.write("header.csv", [b"X", &*good].concat());
    office.refuses(&["good.csv", "header.csv"], "NUMERO_RUC".to_lowercase().as_str(), &standing);
    office.write("cut.csv", &good[..good.len() - 60]);
    office.refuses(&["cut.csv"], "ends in the middle of a row", &standing);
    let text = catastro(&[("20100070970", "ACTIVO"), ("20100070971", "ACTIVO")]);
    office.write("peru.csv", &text);
    office.refuses(&["good.csv", "peru.csv"], "not one row holds", &standing);
    let lines: Vec<&[u8]> = good.split_inclusive(|byte| *byte == b'\n').collect();
    office.write("half.csv", lines[..lines.len() / 2].concat());
    office.refuses(&["half.csv"], "--accept-smaller", &standing);
    let more = String::from_utf8_lossy(lines[9]).replace('\r', "|one|two\r");
    let spoilt = [lines[..9].concat(), more.into_bytes(), lines[10..].concat()].concat();
    office.write("spoilt.csv", &spoilt);
    office.refuses(&["spoilt.csv", "--strict"], "nothing was loaded (--strict)", &standing);
    let wide: Vec<u8> = lines[1..=200].iter().flat_map(|line| [b"x|", *line].concat()).collect();
    office.write("wide.csv", [&*good, &*wide].concat());
    office.refuses(&["wide.csv", "--report", "bad.csv"], "--accept-bad", &standing);
    let report = fs::read_to_string(office.path().join("bad.csv")).unwrap();
    assert_eq!(report.lines().filter(|line| line.contains(",too-many-fields,")).count(), 200, "{report}");

    let loaded = office.import(&["spoilt.csv"]);
    assert!(String::from_utf8_lossy(&loaded.stdout).contains(", 1 gone, 1 bad"), "{loaded:?}");
    let told = "spoilt.csv: line 10: it has 23 fields, and the header has 21";
    assert!(String::from_utf8_lossy(&loaded.stderr).contains(told), "{loaded:?}");
    assert!(office.loads(&["wide.csv", "--accept-bad"]).contains("1 new"));
    assert!(office.loads(&["half.csv", "--accept-smaller"]).contains("0 new, 0 changed"));
}

async fn an_import_that_is_killed_leaves_the_old_register_and_the_next_one_comes_through(office: Office) {
    office.make("old.csv", "1000", "1");
    // The first of three batches is told.
    office.make("new.csv", "100000", "2");
    assert!(office.loads(&["old.csv"]).contains(", 0 gone, 0 bad"));
    let mut import =
        office.command(&["new.csv"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(import.stderr.take().unwrap()).lines().map_while(Result::ok);
    let loading = lines.into_iter().find(|line| line.contains("RUCs loaded"));
    import.kill().unwrap();
    assert!(loading.is_some() && !import.wait().unwrap().success(), "it was over before it was killed");
    assert!(office.loads(&["old.csv"]).contains("just this already"));
    let counts = office.loads(&["new.csv"]);
    assert!(counts.ends_with(" gone, 0 bad") && !counts.starts_with("0 new"), "{counts}");
}

async fn a_running_service_goes_on_with_the_old_register_until_all_of_the_new_one_is_there(office: Office) {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..400).map(|_| registry.company()).collect();
    let states = |word| catastro(&employers.iter().map(|owner| (&*owner.ruc, word)).collect::<Vec<_>>());
    let inbox = Inbox::open();
    let setup = Setup::new(&registry, inbox.port()).on(office.url.clone());
    let server = setup.catastro(states("SUSPENDIDO")).start();
    let api = Api::of(&server);
    office.make("many.csv", "60000", "2");
    office.write("active.csv", states("ACTIVO"));
    let mut import = office.command(&["active.csv", "many.csv"]).stdout(Stdio::null()).spawn().unwrap();
    let (mut seen, mut over) = (Vec::new(), false);
    for owner in &employers {
        // Whoever comes after its end finds the new register.
        let was_over = std::mem::replace(&mut over, import.try_wait().unwrap().is_some());
        let flow = api.try_start(owner).await.ok(201);
        seen.push(flow["state"].as_str().unwrap().to_owned());
        if was_over && seen.len() > 5 {
            break;
        }
    }
    assert!(import.wait().unwrap().success());
    let switched = seen.iter().position(|state| state == "code_queued").expect("the new register");
    assert!(switched > 0 && seen[..switched].iter().all(|state| state == "assisted"), "{seen:?}");
    assert!(seen[switched..].iter().all(|state| state == "code_queued"), "{seen:?}");
    assert!(over, "the import was not over when all had come: {}", seen.len());
}
