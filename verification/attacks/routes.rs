//! Every address of the pages, read from where the router is put together: a new one is attacked without anybody's remembering.

use std::{collections::HashMap, fs, path::Path};

/// A page's address, with `{name}` for what varies, and whether something can be sent there.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) path: String,
    pub(super) takes_posts: bool,
}

/// Those of the public listener, without the demonstration's.
pub(super) fn of_pages() -> Vec<Route> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src");
    let read = |name: &str| fs::read_to_string(web.join(name)).unwrap();
    let texts = ["pages/mod.rs", "pages/case/mod.rs", "desk/mod.rs"].map(read);
    let mut routes = Vec::new();
    for text in &texts {
        let named: HashMap<&str, &str> = text.lines().filter_map(constant).collect();
        for (before, call) in text.match_indices(".route(").map(|(at, _)| text.split_at(at)) {
            let given = call.trim_start_matches(".route(").lines().next().unwrap();
            let first = given.split(',').next().unwrap().trim();
            let path = first.strip_prefix('"').map_or_else(
                || named.get(first).copied().unwrap_or_else(|| panic!("{first} is no constant")),
                |literal| literal.trim_end_matches('"'),
            );
            let is_demonstration = path == "/ventanilla/demostracion";
            assert!(!before.is_empty() && path.starts_with('/'), "{path}");
            if !is_demonstration {
                routes.push(Route { path: path.to_owned(), takes_posts: given.contains("post(") });
            }
        }
    }
    assert!(routes.len() > 60, "{} routes were found", routes.len());
    routes
}

/// `const NAME: &str = "value";`
fn constant(line: &str) -> Option<(&str, &str)> {
    let (before, after) = line.split_once(": &str = \"")?;
    Some((before.split_once("const ")?.1, after.split_once('"')?.0))
}

impl Route {
    /// With this in place of what varies.
    pub(super) fn with(&self, segment: &str) -> String {
        let parts = self.path.split('/').map(|part| if part.starts_with('{') { segment } else { part });
        parts.collect::<Vec<_>>().join("/")
    }
}
