//! What a node needs to answer readers while its database is away at the start: a copy, in the data folder, of the
//! network's sites, and of what may not be shown.
//!
//! | file of `standby/` | holds | written |
//! |---|---|---|
//! | `network.json` | sites, sections, menus, withheld stories | when the log begins to be followed, and when sites change |
//! | `withheld` | a line for each story withheld (`+ID`) or shown again (`-ID`) since | before a kill is acknowledged |
//! | `contact` | when the log was last followed up to its head | every few seconds |
//!
//! Nothing secret is in them: no account, no key, no address of the database. Which database it is a copy of stands
//! there as a digest without the password, so that a folder that was given another database doesn't show the old one's
//! pages. What may be shown from such a copy, and for how long, is decided in `docs/adr/0006-pages-without-a-database.md`.

use anyhow::Context as _;
use masthead_domain::ids::StoryId;
use masthead_domain::sites::{Section, Site};
use masthead_domain::time::Timestamp;
use masthead_features::app::App;
use masthead_features::pages::{OwnPage, own_pages};
use masthead_features::sites::Sites;
use masthead_services::codes;
use masthead_store::sites::SectionRecord;
use masthead_store::{StoreError, stories};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Name of the folder in the data folder.
const FOLDER: &str = "standby";
const NETWORK: &str = "network.json";
const WITHHELD: &str = "withheld";
const CONTACT: &str = "contact";

/// Where the copy of one node lies.
#[derive(Clone, Debug)]
pub struct Standby {
    folder: PathBuf,
    /// Which database it is a copy of.
    database: String,
    /// Something could not be written into it.
    incomplete: Arc<AtomicBool>,
}

/// What was kept.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Sites, the first first.
    pub sites: Vec<Site>,
    /// Sections in menu order, with their paths.
    pub sections: Vec<SectionRecord>,
    /// What menus list of the publisher's own pages.
    pub menus: Vec<OwnPage>,
    /// The stories that may not be shown.
    pub withheld: HashSet<StoryId>,
    /// When the log was last followed up to its head.
    pub contact: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct NetworkFile {
    database: String,
    written_at: Timestamp,
    sites: Vec<Site>,
    sections: Vec<SectionLine>,
    menus: Vec<OwnPage>,
    withheld: Vec<StoryId>,
}

#[derive(Serialize, Deserialize)]
struct SectionLine {
    path: String,
    section: Section,
}

impl Standby {
    /// The copy in a data folder, of the database at this address.
    pub fn new(data: &Path, database_url: &str) -> Self {
        Self {
            folder: data.join(FOLDER),
            database: codes::digest(&without_password(database_url)),
            incomplete: Arc::default(),
        }
    }

    /// Reads what was kept; nothing when there is no copy of this database.
    ///
    /// # Errors
    /// When files are there and can't be read.
    pub fn load(&self) -> anyhow::Result<Option<Copy>> {
        let path = self.folder.join(NETWORK);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("{} can't be read", path.display())),
        };
        let file: NetworkFile =
            serde_json::from_slice(&text).with_context(|| format!("{} can't be used", path.display()))?;
        if file.database != self.database {
            return Ok(None);
        }
        let mut withheld: HashSet<StoryId> = file.withheld.into_iter().collect();
        for line in lines(&self.folder.join(WITHHELD))? {
            match (line.get(..1), line.get(1..).and_then(|id| id.parse::<StoryId>().ok())) {
                (Some("+"), Some(story)) => {
                    withheld.insert(story);
                }
                (Some("-"), Some(story)) => {
                    withheld.remove(&story);
                }
                // A line that a power cut tore was never acknowledged.
                _ => tracing::warn!("a line of {WITHHELD} is not read"),
            }
        }
        // A file that a power cut tore says nothing: the other one's time is earlier, which is safe.
        let contact = lines(&self.folder.join(CONTACT))?
            .first()
            .and_then(|line| line.parse().ok())
            .map(Timestamp::from_micros)
            .filter(|contact| *contact > file.written_at)
            .unwrap_or(file.written_at);
        let sections = file.sections.into_iter().map(|line| SectionRecord {
            section: line.section,
            path: line.path,
        });
        Ok(Some(Copy {
            sites: file.sites,
            sections: sections.collect(),
            menus: file.menus,
            withheld,
            contact,
        }))
    }

    /// Writes the network down as the store has it now. On a disk that can't be written the copy stays as it was, and
    /// with it the time of its contact.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn keep(&self, app: &App) -> Result<(), StoreError> {
        let sites = app.sites();
        let mut menus = Vec::new();
        for site in sites.all() {
            menus.extend(own_pages(app, site.id).await?);
        }
        // The time before the read: what is withheld after it is not in it.
        let written_at = app.now();
        let withheld = stories::withheld(&mut app.db.reader().await?).await?;
        let file = NetworkFile {
            database: self.database.clone(),
            written_at,
            sites: sites.all().iter().map(|entry| entry.site.clone()).collect(),
            sections: sections_of(&sites),
            menus,
            withheld,
        };
        let standby = self.clone();
        let written = tokio::task::spawn_blocking(move || standby.write(&file)).await;
        match written {
            Ok(written) => self.settle(true, written),
            Err(error) => tracing::error!(%error, "writing the copy for a start broke off"),
        }
        Ok(())
    }

    fn write(&self, file: &NetworkFile) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        replace(&self.folder.join(NETWORK), &serde_json::to_vec(file)?)?;
        replace(&self.folder.join(WITHHELD), b"")
    }

    /// Writes down that a story may not be shown; on the disk when it returns.
    pub fn withhold(&self, story: StoryId) {
        let noted = self.note(&format!("+{story}\n")).and_then(|file| file.sync_data());
        self.settle(false, noted);
    }

    /// Writes down that a story may be shown again. A line that is lost keeps a page back and shows none.
    pub fn allow(&self, story: StoryId) {
        self.settle(false, self.note(&format!("-{story}\n")).map(drop));
    }

    fn note(&self, line: &str) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join(WITHHELD))?;
        file.write_all(line.as_bytes())?;
        Ok(file)
    }

    /// Writes down when the log was last followed up to its head.
    pub fn contact(&self, at: Timestamp) {
        if self.incomplete.load(Ordering::Acquire) {
            return;
        }
        if let Err(error) = self.write_contact(at) {
            tracing::warn!(%error, "the time of the last contact with the database can't be written");
        }
    }

    fn write_contact(&self, at: Timestamp) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let temporary = self.folder.join("contact.tmp");
        fs::write(&temporary, format!("{}\n", at.as_micros()))?;
        fs::rename(temporary, self.folder.join(CONTACT))
    }

    /// A copy that something is missing from may not be given a later contact, until a whole one was written.
    fn settle(&self, whole: bool, written: io::Result<()>) {
        match written {
            Ok(()) if whole => self.incomplete.store(false, Ordering::Release),
            Ok(()) => {}
            Err(error) => {
                self.incomplete.store(true, Ordering::Release);
                tracing::error!(%error, "the copy for a start without the database can't be written");
            }
        }
    }
}

impl Copy {
    /// The table of sites as it was.
    pub fn table(&self) -> Sites {
        Sites::of(self.sites.clone(), self.sections.clone())
    }
}

fn sections_of(sites: &Sites) -> Vec<SectionLine> {
    sites
        .sections()
        .iter()
        .map(|record| SectionLine {
            path: record.path.clone(),
            section: record.section.clone(),
        })
        .collect()
}

fn without_password(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else {
        return url.to_owned();
    };
    if parsed.password().is_some() && parsed.set_password(None).is_err() {
        // Then the password stands in the digest: whoever changes it starts with the database once.
        return url.to_owned();
    }
    parsed.to_string()
}

fn lines(path: &Path) -> io::Result<Vec<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Puts a file in the place of another, whole and on the disk.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::ids::SiteId;
    use uuid::Uuid;

    fn file(standby: &Standby, withheld: &[StoryId]) -> NetworkFile {
        NetworkFile {
            database: standby.database.clone(),
            written_at: Timestamp::from_micros(1_000),
            sites: Vec::new(),
            sections: Vec::new(),
            menus: vec![OwnPage {
                site: SiteId(Uuid::from_u128(1)),
                slug: "about".into(),
                title: "About".into(),
            }],
            withheld: withheld.to_vec(),
        }
    }

    fn story(n: u128) -> StoryId {
        StoryId(Uuid::from_u128(n))
    }

    #[test]
    fn what_was_withheld_since_is_in_the_copy_and_torn_lines_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let standby = Standby::new(folder.path(), "postgres://desk:secret@db/paper");
        assert!(standby.load().unwrap().is_none());
        standby.write(&file(&standby, &[story(1), story(2)])).unwrap();
        standby.withhold(story(3));
        standby.allow(story(2));
        standby.note("+0190").unwrap();
        let copy = standby.load().unwrap().unwrap();
        assert_eq!(copy.withheld, HashSet::from([story(1), story(3)]));
        assert_eq!(copy.menus.len(), 1);
    }

    #[test]
    fn the_contact_is_the_later_of_both_files_and_a_torn_one_counts_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let standby = Standby::new(folder.path(), "sqlite:/data/a");
        standby.write(&file(&standby, &[])).unwrap();
        let contact = |standby: &Standby| standby.load().unwrap().unwrap().contact.as_micros();
        assert_eq!(contact(&standby), 1_000);
        standby.contact(Timestamp::from_micros(5_000));
        assert_eq!(contact(&standby), 5_000);
        fs::write(standby.folder.join(CONTACT), "").unwrap();
        assert_eq!(contact(&standby), 1_000);
    }

    #[test]
    fn a_copy_of_another_database_is_none_and_holds_no_password() {
        let folder = tempfile::tempdir().unwrap();
        let standby = Standby::new(folder.path(), "postgres://desk:secret@db/paper");
        standby.write(&file(&standby, &[])).unwrap();
        let text = fs::read_to_string(standby.folder.join(NETWORK)).unwrap();
        assert!(!text.contains("secret") && !text.contains("desk"), "{text}");
        // A changed password is the same database.
        let same = Standby::new(folder.path(), "postgres://desk:other@db/paper");
        assert!(same.load().unwrap().is_some());
        let other = Standby::new(folder.path(), "postgres://desk:secret@db/another");
        assert!(other.load().unwrap().is_none());
    }
}
