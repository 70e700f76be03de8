//! T13 and A30: two officers who approve each other's cases. Nothing forbids it (SECURITY.md); it has to be seen.

use crate::{
    casework::{Desk, Way},
    desk::section,
    employers::{Employer, Registry},
    mail::Inbox,
    officers,
    passkeys::ORIGIN,
    server::Setup,
};

/// Cases of the two who have agreed, among those of officers who have not: as many changes of a mailbox as one officer may ask
/// for in an hour.
const AGREED: usize = 5;

#[tokio::test]
async fn two_officers_who_always_approve_each_other_stand_first_among_the_pairs_and_in_the_days_rows() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..AGREED + 2).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("server.public_url", ORIGIN).start();
    let agreed = Desk::between(&server, &inbox, ["Ana", "Luis"]).await;
    let honest = [
        Desk::between(&server, &inbox, ["Berta", "Carlos"]).await,
        Desk::between(&server, &inbox, ["Diego", "Eva"]).await,
    ];
    let mut boss = officers::Officer::enrolled(&server, "Sara", "supervisor").await;
    boss.signs_in().await;
    // Theirs come last: who stands first does so by the count and not by the hour.
    let (theirs, others) = employers.split_at(AGREED);
    for (number, employer) in others.iter().enumerate() {
        Way::by_mail(employer.clone()).walk_until(&honest[number % 2], "Se inició la entrega").await;
    }
    for employer in theirs {
        Way::by_mail(employer.clone()).walk_until(&agreed, "Se inició la entrega").await;
    }
    let page = boss.get("/ventanilla/supervision").await.text;
    let table = section(&page, "id=\"pairs\"").split("</table>").next().unwrap();
    let rows: Vec<&str> = table.split("<tr><td>").skip(1).collect();
    assert!(rows[0].starts_with(&format!("Ana</td><td>Luis</td><td>{AGREED}<")), "{table}");
    assert_eq!(rows.len(), 3, "{table}");
    let today = officers::between(section(&page, "id=\"fecha\""), "value=\"", "\"").to_owned();
    let day = boss.get(&format!("/ventanilla/supervision/dia.csv?fecha={today}")).await.text;
    let together = |row: &&str| row.contains("\"Ana\"") && row.contains("\"Luis\"");
    assert_eq!(day.lines().filter(together).count(), AGREED, "each approval names both: {day}");
}
