//! Comparing an import with the list, some people at a time: however long both are, a few thousand people are in memory.
//! Shell: the list's files, the ledger, what was read of the import.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::known::{HeardNoes, put_no_mail, put_own_yes};
use crate::audience::import::{
    self, Difference, Export, Gathered, HeadedTable, ImportOptions, ImportTotals, ImportedPerson,
    KnownPerson, LONGEST_FILE_BYTES, TablesError,
};
use crate::audience::list_error::NamedInput;
use crate::audience::{Keys, SharedNos};
use crate::cli::steps::ledgers::keys_for;
use crate::cli::subscribers::import_text::refused;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::database::DatabaseError;
use crate::ledger::AnyLedger;
use crate::ledger::list_store::{ListStore, Moves};
use crate::people::ImportSpool;
use crate::problem::{Place, Problem};
use crate::project::{Project, ProjectError};
use crate::rfc::csv::Input;

/// What is wrong where nothing can be kept while it is compared.
pub(super) fn not_kept(error: &DatabaseError) -> Failure {
    let fault = TablesError::NotKept(error.to_string());
    Failure::new(Exit::Failed, fault.to_string()).help(fault.cure())
}

/// An empty spool.
pub(super) fn spool() -> Result<ImportSpool, Failure> {
    ImportSpool::new().map_err(|error| not_kept(&error))
}

/// The tables of files that somebody names.
pub(super) fn tables_of(
    paths: &[PathBuf],
    spool: &ImportSpool,
) -> Result<Vec<HeadedTable>, Failure> {
    let mut files: Vec<NamedInput> = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let file = File::open(path);
        // What is too long is not read to its end first.
        if let Some(length) = file.as_ref().ok().and_then(|file| Some(file.metadata().ok()?.len()))
            && length > LONGEST_FILE_BYTES
        {
            return Err(too_large(&name));
        }
        files.push((name.clone(), up_to(LONGEST_FILE_BYTES, &name, file, spool)?));
    }
    import::tables(&files, &|reader| kept(spool, reader)).map_err(|error| refused(&error))
}

fn kept(spool: &ImportSpool, reader: &mut dyn Read) -> std::io::Result<Arc<dyn Input>> {
    spool.keep(reader).map(|(input, _)| input)
}

/// A file with people in it, whole: half of a list is none.
fn up_to(
    most: u64,
    name: &str,
    opened: std::io::Result<impl Read>,
    spool: &ImportSpool,
) -> Result<Arc<dyn Input>, Failure> {
    let unread = |error: std::io::Error| {
        Failure::new(Exit::Usage, format!("{name} cannot be read: {error}"))
            .help("check its name, and that you may read it")
    };
    let file = opened.map_err(unread)?;
    let (input, length) = spool.keep(&mut file.take(most + 1)).map_err(unread)?;
    if length > most { Err(too_large(name)) } else { Ok(input) }
}

fn too_large(name: &str) -> Failure {
    let fault = TablesError::TooLarge;
    Failure::new(Exit::Usage, fault.to_string()).at(Place::whole(name)).help(fault.cure())
}

/// Reads all rows of tables into a spool.
pub(super) fn read_into(
    spool: &ImportSpool,
    tables: &[HeadedTable],
    options: &ImportOptions,
) -> Result<Export, Failure> {
    let take = |row| spool.add(row).map_err(|error| error.to_string());
    import::read_rows(tables, options, take).map_err(|error| refused(&error))
}

/// The list of the files in `subscribers/`.
pub(super) struct FilesList {
    /// The people, each once, with those who said no and those who wait.
    pub people: ImportSpool,
    /// Rows that hold nobody who can be on a list.
    pub left_out: Vec<ImportedPerson>,
    pub problems: Vec<Problem>,
}

/// The people of the files in `subscribers/`, as an import into an empty list has them.
pub(super) fn listed_in_files(project: &Project) -> Result<FilesList, Failure> {
    let spool = spool()?;
    let (mut left_out, problems) = (Vec::new(), project.unread_lists()?);
    let files = match project.list_files() {
        Ok(files) => files,
        Err(ProjectError::NoList) => {
            return Ok(FilesList { people: spool, left_out, problems });
        }
        Err(error) => return Err(error.into()),
    };
    let options = ImportOptions::of_the_list(system::today(project.settings.time_zone));
    let tables =
        import::tables(&files, &|reader| kept(&spool, reader)).map_err(|error| refused(&error))?;
    let read = read_into(&spool, &tables, &options)?;
    let problems = problems.into_iter().chain(read.problems).collect();
    spool.sort(None).map_err(|error| not_kept(&error))?;
    let mut after = 0;
    loop {
        let (export, _) = next_slice(&spool, &mut after)?;
        let Some(export) = export else {
            return Ok(FilesList { people: spool, left_out, problems });
        };
        let difference = Difference::between(&export, &HashMap::new());
        for person in &difference.new {
            spool.list(person).map_err(|error| not_kept(&error))?;
        }
        left_out.extend(difference.left_out);
    }
}

/// The next people of a spool, each once, and the number of the first row of each; nobody behind the last ones.
fn next_slice(
    spool: &ImportSpool,
    after: &mut i64,
) -> Result<(Option<Export>, HashMap<String, i64>), Failure> {
    let slice = spool.slice(after).map_err(|error| not_kept(&error))?;
    if slice.is_empty() {
        return Ok((None, HashMap::new()));
    }
    let mut gathered = Gathered::default();
    let mut numbers = HashMap::new();
    for spooled in slice {
        let person = &spooled.row.person;
        if spooled.is_doubt {
            gathered.doubt(person.key.clone(), person.place.clone());
            continue;
        }
        // A row without an address is known by its place.
        let known_by =
            if person.key.is_empty() { person.place.to_string() } else { spooled.person };
        numbers.entry(person.key.clone()).or_insert(spooled.number);
        numbers.entry(known_by).or_insert(spooled.number);
        gathered.take(spooled.row);
    }
    let mut export = Export::default();
    gathered.finish(&mut export);
    Ok((Some(export), numbers))
}

/// The list with which an import is compared.
pub(super) struct ComparedList<'a> {
    /// The version that was seen.
    pub version: i64,
    ledger: Option<(&'a AnyLedger, Keys)>,
    /// The people of a list that is in files.
    files: Option<&'a ImportSpool>,
    moves: Moves,
    /// The folded addresses of people who have moved, by their hashes.
    moved_to: HashMap<String, String>,
    /// Whom no newsletter mails, where a list is shared.
    shared: Option<SharedNos>,
}

impl<'a> ComparedList<'a> {
    pub async fn open(
        project: &Project,
        ledger: Option<&'a AnyLedger>,
        files: Option<&'a ImportSpool>,
    ) -> Result<Self, Failure> {
        let Some(ledger) = ledger else {
            let (moves, moved_to) = (Moves::default(), HashMap::new());
            return Ok(Self { version: 0, ledger: None, files, moves, moved_to, shared: None });
        };
        let version = ledger.list_version().await?;
        let keys = keys_for(project, Some(ledger)).await?;
        let moves = ledger.moves().await?;
        let moved_to = HashMap::new();
        let shared = ledger.shared_nos().await?;
        let ledger = Some((ledger, keys));
        let mut list = Self { version, ledger, files, moves, moved_to, shared };
        list.find_moved().await?;
        Ok(list)
    }

    /// Looks through the list for those who have left another address.
    async fn find_moved(&mut self) -> Result<(), Failure> {
        let Some((ledger, keys)) = &self.ledger else { return Ok(()) };
        let wanted: HashSet<&String> = self.moves.left.values().map(|left| &left.to).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut take = |key: String| {
            let hash = keys.address_hash_of_key(&key);
            if wanted.contains(&hash) {
                self.moved_to.insert(hash, key);
            }
        };
        if let Some(files) = self.files {
            for portion in 0.. {
                let people = files.listed(portion).map_err(|error| not_kept(&error))?;
                if people.is_empty() {
                    return Ok(());
                }
                for person in people {
                    take(person.key);
                }
            }
        }
        let mut last = String::new();
        loop {
            let found = ledger.keys_after(last).await?;
            let Some(end) = found.last().cloned() else { return Ok(()) };
            found.into_iter().for_each(&mut take);
            last = end;
        }
    }

    /// The folded address by which somebody is on the list who had this one.
    fn moved_person(&self, key: &str) -> Option<String> {
        let (_, keys) = self.ledger.as_ref()?;
        let to = self.moves.to(&keys.address_hash_of_key(key))?;
        self.moved_to.get(to).cloned()
    }

    /// The people of an export whom the list has, or who have said no: by their folded addresses.
    async fn known_of(&self, export: &Export) -> Result<HashMap<String, KnownPerson>, Failure> {
        let rows = || export.people.iter().chain(&export.left_out);
        let mut wanted: Vec<String> = rows().map(|row| row.key.clone()).collect();
        if !self.moves.left.is_empty() {
            wanted.extend(rows().filter_map(|row| self.moved_person(&row.key)));
        }
        let found = match (self.files, &self.ledger) {
            (Some(files), _) => files.listed_of(&wanted).map_err(|error| not_kept(&error))?,
            (None, Some((ledger, _))) => ledger.people_of(wanted).await?,
            (None, None) => Vec::new(),
        };
        let found = found.into_iter().map(ImportedPerson::from);
        let mut people: HashMap<String, KnownPerson> =
            found.map(|person| (person.key.clone(), KnownPerson::listed(person))).collect();
        let Some((ledger, keys)) = &self.ledger else { return Ok(people) };
        self.put_moved(&mut people, rows(), keys);
        let hashes: HashMap<&String, String> =
            rows().map(|row| (&row.key, keys.address_hash_of_key(&row.key))).collect();
        let mut wanted: Vec<String> = hashes.values().cloned().collect();
        let by_other = people.values().filter(|known| known.by_old_address);
        wanted.extend(by_other.map(|known| keys.address_hash_of_key(&known.person.key)));
        let own = ledger.no_mail_of(wanted.clone()).await?.into_iter().collect();
        let noes = HeardNoes { own, shared: self.shared.as_ref() };
        for row in rows() {
            let no = hashes.get(&row.key).and_then(|hash| noes.of(hash, &row.key));
            if no.is_some() {
                people.entry(row.key.clone()).or_insert_with(|| KnownPerson {
                    has_said_no: true,
                    ..KnownPerson::listed(row.clone())
                });
            }
        }
        put_no_mail(&mut people, &noes, keys);
        let yeses = ledger.own_yeses_of(wanted).await?.into_iter().collect();
        put_own_yes(&mut people, &yeses, keys);
        Ok(people)
    }

    /// A person who has another address now is known by the old one too, where a row has it: they are not put on the list twice.
    fn put_moved<'r>(
        &self,
        people: &mut HashMap<String, KnownPerson>,
        rows: impl Iterator<Item = &'r ImportedPerson>,
        keys: &Keys,
    ) {
        if self.moves.left.is_empty() {
            return;
        }
        for row in rows {
            let Some(to) = self.moves.to(&keys.address_hash_of_key(&row.key)) else { continue };
            let now = self.moved_to.get(to).and_then(|key| people.get(key));
            let known = match now {
                Some(known) => KnownPerson::listed(known.person.clone()),
                // What they said no to holds; that they are on the list does not any more.
                None if row.state.is_no() => continue,
                None => KnownPerson { is_gone: true, ..KnownPerson::listed(row.clone()) },
            };
            people.entry(row.key.clone()).or_insert(KnownPerson { by_old_address: true, ..known });
        }
    }

    /// What an import would change. Everybody is kept by name where they are to be `named`.
    pub async fn compare(&self, spool: &ImportSpool, named: bool) -> Result<ImportTotals, Failure> {
        let failed = |error: DatabaseError| not_kept(&error);
        let person_of = |key: &str| self.moved_person(key);
        let moves = (!self.moves.left.is_empty()).then_some(&person_of as &dyn Fn(&str) -> _);
        spool.sort(moves).map_err(failed)?;
        let mut totals = ImportTotals::default();
        let mut after = 0;
        loop {
            let (export, numbers) = next_slice(spool, &mut after)?;
            let Some(export) = export else { break };
            let difference = Difference::between(&export, &self.known_of(&export).await?);
            totals.repeated += export.repeated + difference.repeated;
            for (step, person) in difference.steps() {
                let known_by = if person.key.is_empty() {
                    person.place.to_string()
                } else {
                    person.key.clone()
                };
                let number = numbers.get(&known_by).copied().unwrap_or(i64::MAX);
                totals.add(step, number, &person);
                spool.put(step, number, &person, named).map_err(failed)?;
            }
        }
        if named {
            spool.sort_named().map_err(failed)?;
        }
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_long_is_refused_and_never_cut() {
        let spool = spool().unwrap();
        let endless = || Ok(std::io::repeat(b'a'));
        let refused = up_to(5, "people.csv", endless(), &spool).unwrap_err();
        assert_eq!(refused.place, Some(Place::whole("people.csv")));
        assert_eq!(refused.help.as_deref(), Some("split it into several files"));
        assert!(up_to(5, "people.csv", endless().map(|file| file.take(5)), &spool).is_ok());
    }
}
