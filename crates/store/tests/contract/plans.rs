//! Every query of the store prepares on both engines, and the hot ones neither scan nor sort.

use masthead_store::testing::{self, TestDb};
use masthead_store::{Engine, all_queries};
use std::collections::HashSet;

cases!(every_query_prepares, hot_queries_use_indexes);

async fn every_query_prepares(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let mut refused = Vec::new();
    for query in all_queries() {
        if let Err(error) = testing::prepare(&db, query).await {
            refused.push(error.to_string());
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

async fn hot_queries_use_indexes(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let mut faults = Vec::new();
    for query in all_queries().into_iter().filter(|query| query.is_hot()) {
        for fault in testing::plan_faults(&db, query).await.unwrap() {
            faults.push(format!("{}: {fault}", query.name()));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn names_are_unique_and_few_queries_have_two_texts() {
    let all = all_queries();
    let names: HashSet<_> = all.iter().map(|query| query.name()).collect();
    assert_eq!(names.len(), all.len());
    let catalogue = |name: &str| name.starts_with("db::");
    let two: Vec<_> = all
        .iter()
        .filter(|query| query.has_two_texts())
        .map(|query| query.name())
        .collect();
    let product = two.iter().filter(|name| !catalogue(name)).count();
    assert!(product * 20 <= all.len(), "{two:?} of {}", all.len());
}

/// A module whose queries nobody lists would escape the tests above.
#[test]
fn every_module_with_queries_is_listed() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let listed: HashSet<String> = all_queries()
        .iter()
        .filter_map(|query| query.name().rsplit_once("::"))
        .map(|(module, _)| module.to_owned())
        .collect();
    let mut folders = vec![source.clone()];
    let mut checked = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            // The declaration stands at the start of a line; the macro itself and its tests don't.
            if !text
                .lines()
                .any(|line| line.starts_with("queries! {") || line.starts_with("crate::queries! {"))
            {
                continue;
            }
            let relative = path.strip_prefix(&source).unwrap().with_extension("");
            let module = relative.to_string_lossy().replace('/', "::");
            let module = module.strip_suffix("::mod").unwrap_or(&module);
            assert!(
                listed.contains(module),
                "the queries of {module} are missing in all_queries()"
            );
            checked += 1;
        }
    }
    assert!(checked > 5);
}
