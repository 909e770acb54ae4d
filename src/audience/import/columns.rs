//! Which column of an export is what: as somebody said, as its system writes it, or by its title.
//! Pure: titles in, places of columns out.

use std::fmt;

use thiserror::Error;

use super::own_name::is_free;
use super::recipe::Recipe;
use crate::audience::cell;
use crate::audience::first_rows::FirstRows;
use crate::audience::sheet_titles::{
    DIRECTLY, EMAIL, GIVEN_AGAIN, JOINED, MET_THROUGH, OPTOUT_OFFERED,
};
use crate::problem::nearest;
use crate::rfc::csv::{CsvShape, Rows, simple};

/// In the languages of Mailchimp's forms, too.
const FIRST_NAME: &[&str] = &[
    "firstname",
    "givenname",
    "forename",
    "fname",
    "vorname",
    "prenom",
    "prénom",
    "nombre",
    "enwcyntaf",
    "nomdepila",
    "voornaam",
    "primeironome",
    "imię",
    "imie",
    "имя",
    "імя",
    "名",
    "fornavn",
    "förnamn",
    "fornamn",
    "etunimi",
    "křestníjméno",
    "jméno",
    "keresztnév",
    "prenume",
    "όνομα",
    "eesnimi",
    "nomepróprio",
];
const LAST_NAME: &[&str] = &[
    "lastname",
    "surname",
    "familyname",
    "lname",
    "nachname",
    "nomdefamille",
    "apellidos",
    "apellido",
    "cyfenw",
    "cognome",
    "achternaam",
    "sobrenome",
    "apelido",
    "nazwisko",
    "фамилия",
    "прізвище",
    "姓",
    "etternavn",
    "efternavn",
    "efternamn",
    "sukunimi",
    "příjmení",
    "vezetéknév",
    "soyad",
    "soyadı",
    "επώνυμο",
    "perekonnanimi",
    "uzvārds",
    "pavardė",
    "priezvisko",
    "prezime",
    "priimek",
    "sloinne",
];
/// `nome` and `nom` are first names beside another column, and whole names in Portuguese and French lists without one.
const FIRST_BESIDE_LAST: &[&str] = &["nome"];
const LAST_BESIDE_FIRST: &[&str] = &["nom"];
const NAME: &[&str] = &["name", "fullname", "displayname", "contactname"];
const TAGS: &[&str] = &["tags", "tag", "segments", "segment", "labels", "groups"];
const LANGUAGE: &[&str] = &["language", "lang", "locale", "preferredlanguage"];
const OBTAINED: &[&str] = &["obtainedat", "obtainedon", "obtained", "consentat", "consentdate"];
const SINCE: &[&str] = &[
    "statesince",
    "since",
    "unsubscribedat",
    "unsubscribedate",
    "dateunsubscribed",
    "bouncedat",
    "left",
    "lefton",
    "leftat",
    "leftdate",
    "dateleft",
    "leavingdate",
];
const SOURCE: &[&str] = &["source"];
const WORDING: &[&str] = &["wording"];

/// What a column can be, by the names that `--map` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportField {
    Email,
    FirstName,
    LastName,
    Name,
    Consent,
    Status,
    Obtained,
    Source,
    Wording,
    Tags,
    Language,
}

impl ImportField {
    pub const ALL: [(&'static str, Self); 11] = [
        ("email", Self::Email),
        ("first_name", Self::FirstName),
        ("last_name", Self::LastName),
        ("name", Self::Name),
        ("consent", Self::Consent),
        ("status", Self::Status),
        ("obtained", Self::Obtained),
        ("source", Self::Source),
        ("wording", Self::Wording),
        ("tags", Self::Tags),
        ("language", Self::Language),
    ];
}

/// What a column is by `--map`: one of roundup's fields, or a column of the newsletter's own with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappedTo {
    Field(ImportField),
    Own(String),
}

/// A column that `--map` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMapping {
    pub to: MappedTo,
    pub column: String,
}

impl ColumnMapping {
    /// A column of an export under its own name, where that is free.
    pub fn keeping(title: &str) -> Option<Self> {
        let name = cell::field_name(title);
        let kept = format!("{name}={title}").parse::<Self>().ok()?;
        (kept.to == MappedTo::Own(name)).then_some(kept)
    }

    /// Whether the column is this field.
    pub fn is(&self, field: ImportField) -> bool {
        self.to == MappedTo::Field(field)
    }
}

impl fmt::Display for ColumnMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = ImportField::ALL.iter().find(|(_, field)| self.is(*field));
        let name = match (&self.to, known) {
            (MappedTo::Own(name), _) => name.as_str(),
            (MappedTo::Field(_), known) => known.map_or("", |(name, _)| name),
        };
        write!(f, "{name}={}", self.column)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MappingError {
    #[error("write FIELD=COLUMN, as in first_name=Vorname or town=Ort, and not `{0}`")]
    Form(String),
    #[error("there is no field `{name}`: did you mean `{near}`?")]
    Near { name: String, near: &'static str },
    #[error(
        "`{0}` cannot be the name of a column of your own, since it means something: take another, such as town"
    )]
    Taken(String),
}

impl std::str::FromStr for ColumnMapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        let shown = |text: &str| text.chars().take(60).collect::<String>();
        let wrong = || MappingError::Form(shown(text));
        let (field, column) = text.split_once('=').ok_or_else(wrong)?;
        let (field, column) = (field.trim(), column.trim().to_owned());
        if let Some((_, known)) = ImportField::ALL.iter().find(|(name, _)| *name == field) {
            return Ok(Self { to: MappedTo::Field(*known), column });
        }
        let name = cell::field_name(field);
        if name.is_empty() {
            return Err(wrong());
        }
        if let Some(near) = nearest(&name, ImportField::ALL.iter().map(|(name, _)| *name)) {
            return Err(MappingError::Near { name: shown(field), near });
        }
        if !is_free(&name) {
            return Err(MappingError::Taken(shown(field)));
        }
        Ok(Self { to: MappedTo::Own(name), column })
    }
}

/// The columns of a table that an import reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// The address: the first that is filled, or the one that another column names.
    pub email: Vec<usize>,
    pub email_by: Option<(usize, Vec<(String, usize)>)>,
    pub first_name: Option<usize>,
    pub last_name: Option<usize>,
    pub name: Option<usize>,
    pub consent: Option<usize>,
    pub obtained: Option<usize>,
    pub given_again: Option<usize>,
    /// Columns about how an address was given.
    pub circumstances: Vec<usize>,
    pub source: Option<usize>,
    pub wording: Option<usize>,
    pub tags: Vec<usize>,
    pub language: Option<usize>,
    pub evidence: Vec<usize>,
    pub evidence_needs: Option<usize>,
    pub evidence_if: Option<usize>,
    pub joined: Vec<usize>,
    pub since: Vec<usize>,
}

impl Columns {
    /// Which column of a table is what; nothing where none holds addresses. A column that people name may be in another table
    /// of the same import.
    pub fn of(
        shape: &CsvShape,
        rows: Rows,
        recipe: Option<&Recipe>,
        mapped: &[ColumnMapping],
        obtained: Option<&str>,
    ) -> Option<Self> {
        let titles: Vec<String> = shape.columns.iter().map(|title| simple(title)).collect();
        let find = |title: &str| titles.iter().position(|known| *known == simple(title));
        let find_all =
            |wanted: &[String]| wanted.iter().filter_map(|title| find(title)).collect::<Vec<_>>();
        let mapped = |field: ImportField| {
            let mapping = mapped.iter().find(|mapping| mapping.is(field));
            mapping.and_then(|mapping| find(&mapping.column))
        };
        let by_title = |own: &[String], general: &[&str]| {
            let own = find_all(own).first().copied();
            own.or_else(|| general.iter().find_map(|title| find(title)))
        };
        let empty = Recipe::default();
        let own = recipe.unwrap_or(&empty);
        let mut columns = Self {
            first_name: mapped(ImportField::FirstName)
                .or_else(|| by_title(&own.first_name, FIRST_NAME)),
            last_name: mapped(ImportField::LastName)
                .or_else(|| by_title(&own.last_name, LAST_NAME)),
            name: mapped(ImportField::Name).or_else(|| by_title(&[], NAME)),
            consent: mapped(ImportField::Consent),
            source: mapped(ImportField::Source).or_else(|| by_title(&[], SOURCE)),
            wording: mapped(ImportField::Wording).or_else(|| by_title(&[], WORDING)),
            language: mapped(ImportField::Language).or_else(|| by_title(&[], LANGUAGE)),
            given_again: by_title(&[], GIVEN_AGAIN),
            circumstances: [DIRECTLY, OPTOUT_OFFERED, MET_THROUGH]
                .into_iter()
                .filter_map(|titles| by_title(&[], titles))
                .collect(),
            evidence: find_all(&own.evidence),
            evidence_needs: own.evidence_needs.as_deref().and_then(find),
            evidence_if: own.evidence_if.as_ref().and_then(|needs| find(&needs.column)),
            ..Self::default()
        };
        columns.find_names_beside(&titles);
        columns.obtained = match obtained {
            Some(column) => find(column),
            None => mapped(ImportField::Obtained).or_else(|| by_title(&[], OBTAINED)),
        };
        columns.tags = match mapped(ImportField::Tags) {
            Some(column) => vec![column],
            None if own.tags.is_empty() => by_title(&[], TAGS).into_iter().collect(),
            None => find_all(&own.tags),
        };
        let or_general = |own: Vec<usize>, general: &[&str]| {
            if own.is_empty() { by_title(&[], general).into_iter().collect() } else { own }
        };
        let own_joined = if own.joined.is_empty() { &own.evidence } else { &own.joined };
        columns.joined = or_general(find_all(own_joined), JOINED);
        columns.since = or_general(find_all(&own.since), SINCE);
        let mapped_email = mapped(ImportField::Email);
        columns.find_email(&titles, own, mapped_email);
        if mapped_email.is_none() {
            let contents = FirstRows::of(rows, titles.len());
            columns.email = contents.with_addresses(&columns.email);
            if columns.email.is_empty() {
                columns.email.extend(contents.addresses());
            }
        }
        (!columns.email.is_empty()).then_some(columns)
    }

    /// The columns that may hold the address, the likeliest first. `titles` are folded.
    fn find_email(&mut self, titles: &[String], recipe: &Recipe, mapped: Option<usize>) {
        let find = |title: &str| titles.iter().position(|known| *known == simple(title));
        self.email_by = recipe.email_by.as_ref().and_then(|by| {
            let column = find(by.get("column")?)?;
            let words = by.iter().filter(|(word, _)| *word != "column");
            let words = words.filter_map(|(word, title)| Some((simple(word), find(title)?)));
            Some((column, words.collect()))
        });
        if let Some(column) = mapped {
            self.email = vec![column];
            self.email_by = None;
            return;
        }
        let own = recipe.email.iter().filter_map(|title| find(title));
        self.email = own.chain(EMAIL.iter().filter_map(|title| find(title))).collect();
        // Where two columns have one name, a row may have its address in either.
        if let Some(first) = self.email.first().copied() {
            let same = |at: &usize| titles[*at] == titles[first] && !self.email.contains(at);
            let others: Vec<usize> = (0..titles.len()).filter(same).collect();
            self.email.extend(others);
        }
        let others = self.email_by.iter().flat_map(|(_, words)| words);
        let others: Vec<usize> = others.map(|(_, column)| *column).collect();
        self.email.extend(others);
    }

    /// Words that mean a name of one kind beside a column with the other one: French `Nom` beside `Prénom`, Italian `Nome`
    /// beside `Cognome`.
    fn find_names_beside(&mut self, titles: &[String]) {
        let find =
            |wanted: &[&str]| titles.iter().position(|title| wanted.contains(&title.as_str()));
        if self.first_name.is_some() && self.last_name.is_none() {
            self.last_name = find(LAST_BESIDE_FIRST);
        }
        if self.last_name.is_some() && self.first_name.is_none() {
            self.first_name = find(FIRST_BESIDE_LAST);
        }
    }

    /// Every column that is read.
    pub fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> = [
            self.first_name,
            self.last_name,
            self.name,
            self.consent,
            self.obtained,
            self.given_again,
            self.source,
            self.wording,
            self.language,
            self.evidence_needs,
            self.evidence_if,
        ]
        .into_iter()
        .flatten()
        .collect();
        for several in [
            &self.email,
            &self.tags,
            &self.evidence,
            &self.joined,
            &self.since,
            &self.circumstances,
        ] {
            used.extend(several);
        }
        if let Some((column, words)) = &self.email_by {
            used.push(*column);
            used.extend(words.iter().map(|(_, column)| *column));
        }
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The columns with dates.
    pub fn dated(&self) -> impl Iterator<Item = usize> + '_ {
        let several = self.evidence.iter().chain(&self.joined).chain(&self.since).copied();
        several.chain(self.obtained).chain(self.given_again)
    }

    /// The column that holds the address of a row.
    pub fn email_of(&self, record: &::csv::StringRecord) -> usize {
        let cell = |column: usize| record.get(column).unwrap_or_default().trim();
        let chosen = self.email_by.as_ref().and_then(|(by, words)| {
            let word = simple(cell(*by));
            words.iter().find(|(known, _)| *known == word).map(|(_, column)| *column)
        });
        chosen
            .into_iter()
            .chain(self.email.iter().copied())
            .find(|column| !cell(*column).is_empty())
            .or_else(|| self.email.first().copied())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_the_languages_of_sign_up_forms() {
        let found = |header: &str| {
            let bytes = format!("Email,{header}\nann@e.org,Ann,Lee\n");
            let input: std::sync::Arc<[u8]> = bytes.as_bytes().into();
            let shape = CsvShape::of("a.csv", &input).unwrap();
            let rows = shape.rows(&input).unwrap();
            let columns = Columns::of(&shape, rows, None, &[], None).unwrap();
            (columns.first_name, columns.last_name)
        };
        for header in [
            "First Name,Last Name",
            "Enw cyntaf,Cyfenw",
            "Nome,Cognome",
            "Voornaam,Achternaam",
            "Nome,Sobrenome",
            "Nome,Apelido",
            "Imię,Nazwisko",
            "Имя,Фамилия",
            "名,姓",
            "Prénom,Nom",
            "Prénom,Nom de famille",
            "Vorname,Nachname",
            "Nombre,Apellidos",
            "Nombre,Apellido",
            "Fornavn,Etternavn",
            "Förnamn,Efternamn",
        ] {
            assert_eq!(found(header), (Some(1), Some(2)), "{header}");
        }
    }

    #[test]
    fn a_mapping_names_a_field_and_a_column() {
        let mapping: ColumnMapping = "first_name=Given name".parse().unwrap();
        assert_eq!(
            mapping,
            ColumnMapping {
                to: MappedTo::Field(ImportField::FirstName),
                column: "Given name".to_owned()
            }
        );
        let own: ColumnMapping = "Town / City=Ort".parse().unwrap();
        assert_eq!(own.to_string(), "town_city=Ort");
        for wrong in [
            "first_name",
            "firstname=x",
            "emial=x",
            "frist_name=x",
            "unsubscribed=x",
            "forename=x",
            "=x",
            "-=x",
            "",
        ] {
            assert!(wrong.parse::<ColumnMapping>().is_err(), "{wrong}");
        }
    }
}
