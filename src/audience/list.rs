//! A list of subscribers from tables.
//! Pure: inputs in, people and problems out.
//!
//! It may be longer than memory: it is surveyed once, and then read row by row, as often as wanted.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use chrono::NaiveDate;

use super::correction::{CorrectionAudience, GOT_THE_MISTAKE, HeldVersion};
use super::do_not_mail::DoNotMail;
use super::fingerprint::{RunningHash, joint};
use super::frequency::{self, Frequency};
use super::law::EditionPurpose;
use super::list_error::{ListError, ListFault, MOST_COMBINATIONS, NamedInput};
use super::segment::{Segment, SegmentError};
use super::segmented::{ListSegments, RowOfList};
use super::sheet::Sheet;
use super::subscriber::Subscriber;
use super::survey::Survey;
use super::{ExclusionReason, LeftOut, Person, Recipient, never_mailed};
use crate::audience::People;
use crate::problem::Problem;
use crate::rfc::csv::Rows;
use crate::rfc::text::one_line;

pub use super::fingerprint::fingerprint;

/// Rows that are handed on together.
const PORTION: usize = 512;

/// What tables have of subscribers.
#[derive(Debug, Default)]
pub struct List {
    files: Vec<Sheet>,
    /// The merge fields, by the names templates use, and the combinations of segments.
    pub people: People,
    /// Rows, those without a usable address too.
    pub rows: u64,
    /// What was fixed, or looks wrong, without costing anybody their email.
    pub problems: Vec<Problem>,
    /// Addresses that stand on several rows.
    several: BTreeMap<String, Several>,
    /// A no for an address on a row whose cell is not that address as it stands.
    misspelt: BTreeMap<String, ExclusionReason>,
    do_not_mail: Option<DoNotMail>,
    /// What people have chosen, where the edition is not a year's round-up.
    choices: Option<DoNotMail>,
    segments: ListSegments,
    /// Whom a correction is for; an ordinary edition is none.
    correction: Option<Arc<CorrectionAudience>>,
    purpose: EditionPurpose,
    /// The day it is read.
    today: Option<NaiveDate>,
}

/// What the rows of one address say together.
#[derive(Debug)]
struct Several {
    /// File and line of the first.
    first: (usize, usize),
    /// A no on any of them.
    refusal: Option<ExclusionReason>,
}

/// Some rows as they stand in a file, one after the other.
#[derive(Debug)]
pub struct Portion {
    file: usize,
    rows: Vec<(usize, csv::StringRecord)>,
}

impl List {
    /// Looks through all rows: the columns that templates may use, what was fixed, which addresses stand there more than once.
    ///
    /// # Errors
    /// When a file as a whole is not a list; a bad row is only left out.
    pub fn survey(inputs: Vec<NamedInput>) -> Result<Self, ListError> {
        let sheets = inputs.into_iter().map(|(name, input)| Sheet::of(name, input));
        Self::of_sheets(sheets.collect::<Result<_, _>>()?)
    }

    /// The same of people who are stored, as [`as_table`](super::import::as_table) has them.
    ///
    /// # Errors
    /// When it is not such a table.
    pub fn survey_stored(inputs: Vec<NamedInput>) -> Result<Self, ListError> {
        let sheets = inputs.into_iter().map(|(name, input)| Sheet::stored(name, input));
        Self::of_sheets(sheets.collect::<Result<_, _>>()?)
    }

    fn of_sheets(sheets: Vec<Sheet>) -> Result<Self, ListError> {
        let mut list = Self::default();
        for file in sheets {
            for field in file.fields.iter().filter(|field| !field.is_empty()) {
                if !list.people.columns.contains(field) {
                    list.people.columns.push(field.clone());
                }
            }
            list.files.push(file);
        }
        let mut survey = Survey::default();
        for at in 0..list.files.len() {
            survey.file(&mut list.files[at])?;
        }
        let twice = survey.twice();
        if !twice.is_empty() {
            list.several = list.see_several(&survey.hasher, &twice)?;
        }
        list.rows = survey.rows;
        list.people.segments = survey.combinations;
        list.problems = survey.problems;
        list.misspelt = survey.misspelt;
        Ok(list)
    }

    /// The same list without the people who are suppressed: they are left out, and counted so.
    #[must_use]
    pub fn without(mut self, do_not_mail: DoNotMail) -> Self {
        self.do_not_mail = Some(do_not_mail);
        self
    }

    /// The same list for an edition that is not a year's round-up: without those who want nothing else. `choices` are the
    /// words that people have chosen; where somebody has not, the column `frequency` counts.
    #[must_use]
    pub fn not_of_a_year(mut self, choices: DoNotMail) -> Self {
        self.choices = Some(choices);
        self
    }

    fn is_yearly_only(&self, subscriber: &Subscriber) -> bool {
        let Some(choices) = &self.choices else { return false };
        let written = || subscriber.values.get(frequency::COLUMN).map(|word| word.as_str().into());
        let word = choices.why(&subscriber.address).or_else(written).unwrap_or_default();
        Frequency::parse(&word) == Some(Frequency::Year)
    }

    /// The same list with the segments that files define, and the one that an edition is for, if it is for one.
    ///
    /// # Errors
    /// When a filter names a column that the list does not have.
    pub fn in_segments(
        mut self,
        defined: Vec<Segment>,
        chosen: Option<Segment>,
    ) -> Result<Self, SegmentError> {
        let mut columns: Vec<String> = self.people.columns.clone();
        for name in self.files.iter().flat_map(Sheet::further_columns) {
            if !columns.iter().any(|column| column == name) {
                columns.push(name.to_owned());
            }
        }
        let bound = |segment: Segment| segment.bound_to(&columns);
        let defined = defined.into_iter().map(bound).collect::<Result<_, _>>()?;
        self.segments = ListSegments { defined, chosen: chosen.map(bound).transpose()? };
        Ok(self)
    }

    /// The same list for an edition with a purpose: a basis may not cover it.
    #[must_use]
    pub fn for_purpose(mut self, purpose: EditionPurpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// The same list for a correction: those who got the mistake are in a segment of their own.
    #[must_use]
    pub fn correcting(mut self, correction: Option<Arc<CorrectionAudience>>) -> Self {
        self.correction = correction;
        self
    }

    pub fn correction(&self) -> Option<&CorrectionAudience> {
        self.correction.as_deref()
    }

    pub fn purpose(&self) -> EditionPurpose {
        self.purpose
    }

    /// Whom the edition is for, where it is not for everybody.
    pub fn segment(&self) -> Option<&Segment> {
        self.segments.chosen.as_ref()
    }

    /// Sees which combinations of segments there are, where files define some: a filter finds them, and no cell names them.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn see_segments(&mut self) -> Result<(), ListError> {
        if self.segments.defined.is_empty() && self.correction.is_none() {
            return Ok(());
        }
        let mut combinations = BTreeSet::new();
        for person in self.everybody(true) {
            let Person::Mailed(recipient) = person? else { continue };
            combinations.insert(recipient.segments);
            if combinations.len() > MOST_COMBINATIONS {
                let column = "segments".to_owned();
                return Err(ListFault::TooManySegments { column }.of("segments/"));
            }
        }
        if self.correction.is_some() {
            // The words for them are composed, and looked at, even where none of them is mailed any more.
            combinations.insert(BTreeSet::from([GOT_THE_MISTAKE.to_owned()]));
        }
        self.people.segments = combinations;
        Ok(())
    }

    /// Folded addresses of everybody in the chosen segment, whether they may be mailed or not.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn members(&self) -> Result<HashSet<String>, ListError> {
        let mut members = HashSet::new();
        for portion in self.portions() {
            let portion = portion?;
            let sheet = &self.files[portion.file];
            for (line, record) in &portion.rows {
                let Ok(subscriber) = sheet.subscriber(*line, record) else { continue };
                let row = RowOfList { sheet, record, subscriber: &subscriber };
                if self.segments.outside(&row).is_none() {
                    members.insert(subscriber.address.key());
                }
            }
        }
        Ok(members)
    }

    /// Names the exact bytes of its files.
    pub fn fingerprint(&self) -> String {
        joint(self.files.iter().map(|file| (file.name.as_str(), file.digest.as_slice())))
    }

    /// The same list, read on a day: what it says of later days is wrong.
    #[must_use]
    pub fn on(mut self, today: NaiveDate) -> Self {
        self.today = Some(today);
        self
    }

    fn see_several(
        &self,
        hasher: &RandomState,
        twice: &HashSet<u64>,
    ) -> Result<BTreeMap<String, Several>, ListError> {
        let mut several: BTreeMap<String, Several> = BTreeMap::new();
        for portion in self.portions() {
            let portion = portion?;
            let file = &self.files[portion.file];
            for (line, record) in &portion.rows {
                let Ok(address) = file.address(record) else { continue };
                let key = address.key();
                if !twice.contains(&hasher.hash_one(&key)) {
                    continue;
                }
                let place = (portion.file, *line);
                let known = several.entry(key).or_insert(Several { first: place, refusal: None });
                // Another row that only says nothing does not take a yes back.
                let refusal =
                    file.refusal(record).filter(|why| why.is_no() || known.first == place);
                if let Some(why) = refusal
                    && known.refusal.as_ref().is_none_or(|kept| why.clarity() > kept.clarity())
                {
                    known.refusal = Some(why);
                }
            }
        }
        Ok(several)
    }

    /// All rows in their order, some at a time. The last of a file is an error when the file is no longer what it was when
    /// it was surveyed.
    pub fn portions(&self) -> impl Iterator<Item = Result<Portion, ListError>> + Send + '_ {
        let mut file = 0;
        let mut open: Option<(Rows, RunningHash)> = None;
        std::iter::from_fn(move || {
            loop {
                let this = self.files.get(file)?;
                let (mut rows, so_far) = match open.take() {
                    Some(open) => open,
                    None => match this.open() {
                        Ok(open) => open,
                        Err(error) => {
                            file = self.files.len();
                            return Some(Err(error));
                        }
                    },
                };
                let mut portion = Portion { file, rows: Vec::with_capacity(PORTION) };
                let more = loop {
                    match rows.advance() {
                        Ok(Some(line)) => portion.rows.push((line, rows.record().clone())),
                        Ok(None) => break false,
                        Err(error) => {
                            file = self.files.len();
                            return Some(Err(ListFault::Table(error).of(&this.name)));
                        }
                    }
                    if portion.rows.len() == PORTION {
                        break true;
                    }
                };
                if more {
                    open = Some((rows, so_far));
                    return Some(Ok(portion));
                }
                file += 1;
                if so_far.digest() != this.digest {
                    file = self.files.len();
                    return Some(Err(ListFault::Changed.of(&this.name)));
                }
                if !portion.rows.is_empty() {
                    return Some(Ok(portion));
                }
            }
        })
    }

    /// The people of some rows, in their order: who is mailed and who is not. Where an address stands twice, any row that
    /// says no wins over one that says yes. `examples` lets the reserved example domains in: for practice and for servers
    /// of one's own.
    pub fn people<'a>(
        &'a self,
        portion: &'a Portion,
        examples: bool,
    ) -> impl Iterator<Item = Person> + 'a {
        portion
            .rows
            .iter()
            .map(move |(line, record)| self.person((portion.file, *line), record, examples))
    }

    /// Everybody, one after the other.
    pub fn everybody(
        &self,
        examples: bool,
    ) -> impl Iterator<Item = Result<Person, ListError>> + '_ {
        self.portions().flat_map(move |portion| match portion {
            Ok(portion) => self.people(&portion, examples).map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    }

    fn person(&self, place: (usize, usize), record: &csv::StringRecord, examples: bool) -> Person {
        let file = &self.files[place.0];
        let subscriber = match file.subscriber(place.1, record) {
            Ok(subscriber) => subscriber,
            Err(left_out) => return Person::LeftOut(left_out),
        };
        let key = || subscriber.address.key();
        let several = if self.several.is_empty() { None } else { self.several.get(&key()) };
        let misspelt = if self.misspelt.is_empty() { None } else { self.misspelt.get(&key()) };
        let why = match several {
            Some(several) if several.first != place => {
                let (first, line) = several.first;
                let file = (first != place.0).then(|| self.files[first].name.clone());
                Some(ExclusionReason::Duplicate { line, file })
            }
            Some(several) => several.refusal.clone(),
            None => subscriber.refusal.clone(),
        };
        let suppressed = || {
            let why = self.do_not_mail.as_ref()?.why(&subscriber.address)?;
            Some(ExclusionReason::Suppressed(why.into_owned()))
        };
        let why = why
            .or_else(|| misspelt.cloned())
            .or_else(suppressed)
            .or_else(|| subscriber.lawful(self.purpose).err())
            .or_else(|| {
                let is_later =
                    self.today.is_some_and(|today| subscriber.given.obtained > Some(today));
                is_later.then_some(ExclusionReason::ObtainedLater)
            })
            .or_else(|| never_mailed(&subscriber.address))
            .or_else(|| {
                (!examples && subscriber.address.is_reserved())
                    .then_some(ExclusionReason::ExampleDomain)
            });
        let why =
            why.or_else(|| self.is_yearly_only(&subscriber).then_some(ExclusionReason::YearlyOnly));
        let row = RowOfList { sheet: file, record, subscriber: &subscriber };
        let why = why.or_else(|| self.segments.outside(&row));
        let correction = self.correction.as_deref();
        let held = correction.and_then(|correction| correction.held_by(&key()));
        let why = why.or_else(|| match (correction, held) {
            (Some(correction), None) => {
                Some(ExclusionReason::NotCorrected(correction.edition.clone()))
            }
            _ => None,
        });
        if let Some(why) = why {
            let address = subscriber.address.to_string();
            return Person::LeftOut(LeftOut { address, place: subscriber.place, why });
        }
        let mut segments = self.segments.of(&row);
        if held == Some(HeldVersion::Mistaken) {
            segments.insert(GOT_THE_MISTAKE.to_owned());
        }
        let mut values = subscriber.values;
        if self.files.len() > 1 {
            // Templates may use every column.
            for column in &self.people.columns {
                values.entry(column.clone()).or_default();
            }
        }
        Person::Mailed(Recipient { address: subscriber.address, values, segments })
    }

    /// What the rows of one address (by its key) say: the word for its basis, and the person who comes of it.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn find(&self, key: &str, examples: bool) -> Result<Option<(String, Person)>, ListError> {
        for portion in self.portions() {
            let portion = portion?;
            for (line, record) in &portion.rows {
                let file = &self.files[portion.file];
                let found = match file.address(record) {
                    Ok(address) => address.key() == key,
                    Err(_) => one_line(file.address_cell(record)).to_lowercase() == key,
                };
                if found {
                    let basis = one_line(file.basis_cell(record));
                    return Ok(Some((basis, self.person((portion.file, *line), record, examples))));
                }
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};
    use std::sync::Mutex;

    use super::*;
    use crate::problem::Place;
    use crate::rfc::csv::Input;

    pub fn input(text: &str) -> Arc<dyn Input> {
        Arc::new(Arc::<[u8]>::from(text.as_bytes()))
    }

    fn survey(text: &str) -> List {
        List::survey(vec![("p.csv".to_owned(), input(text))]).unwrap()
    }

    fn people(list: &List) -> (Vec<Recipient>, Vec<LeftOut>) {
        let mut split = (Vec::new(), Vec::new());
        for person in list.everybody(true) {
            match person.unwrap() {
                Person::Mailed(recipient) => split.0.push(recipient),
                Person::LeftOut(left_out) => split.1.push(left_out),
            }
        }
        split
    }

    #[test]
    fn names_and_further_columns_become_fields() {
        let list = survey(
            "E-mail Address,First Name,Town / City,Basis,Tags\nann@e.org,Ann,York,consent,\"donors;press\"\n",
        );
        assert_eq!(list.people.columns, ["email", "first_name", "town_city", "basis", "tags"]);
        let (mailed, _) = people(&list);
        assert_eq!(mailed[0].values["town_city"], "York");
        assert_eq!(mailed[0].segments.iter().collect::<Vec<_>>(), ["donors", "press"]);
        assert!(list.people.segments.contains(&mailed[0].segments));
    }

    #[test]
    fn cells_are_judged_before_they_are_tidied() {
        let list = survey(
            "email,first_name,basis\n Ann B <ann@e.org>,\"Bob\r\nBcc: x@y.org\",consent\nmailto:cy@e.org.,NULL,consent\n\
             di\u{200b}@e.org,-,consent\n\"ed@e.org\nfy@e.org\",Ed,consent\n",
        );
        let (mailed, left_out) = people(&list);
        let addresses: Vec<&str> = mailed.iter().map(|s| s.address.as_str()).collect();
        assert_eq!(addresses, ["ann@e.org", "cy@e.org"]);
        assert!(mailed.iter().all(|recipient| recipient.values["first_name"].is_empty()));
        assert_eq!(list.problems[0].place, Place::line("p.csv", 2));
        assert_eq!(left_out.len(), 2);
        for left_out in &left_out {
            assert!(
                matches!(&left_out.why, ExclusionReason::NotAnAddress(what) if what.contains("control"))
            );
        }
    }

    #[test]
    fn a_wrong_file_says_what_its_columns_are() {
        let wrong = vec![("news.csv".to_owned(), input("title,date\nx,2020\n"))];
        assert_eq!(
            List::survey(wrong).unwrap_err().to_string(),
            "news.csv: no column is named `email`: the columns are title, date"
        );
    }

    #[test]
    fn files_are_one_list_and_everybody_has_every_column() {
        let list = List::survey(vec![
            ("a.csv".to_owned(), input("email,town,basis\nann@e.org,York,consent\nbob@e.org,,consent\n")),
            ("b.csv".to_owned(), input("email,shoe,basis,status\ncy@e.org,7,consent,subscribed\nBOB@e.org,8,consent,unsubscribed\n")),
        ])
        .unwrap();
        let (mailed, left_out) = people(&list);
        let shown: Vec<(&str, &str)> = mailed
            .iter()
            .map(|one| (one.values["town"].as_str(), one.values["shoe"].as_str()))
            .collect();
        assert_eq!(shown, [("York", ""), ("", "7")]);
        // A no in one file holds in the other, and the second row is named as one.
        assert_eq!(left_out[0].why, ExclusionReason::Unsubscribed);
        assert_eq!(
            left_out[1].why,
            ExclusionReason::Duplicate { line: 3, file: Some("a.csv".to_owned()) }
        );
    }

    /// The people of an export, to which somebody has added the column `basis`.
    fn mailed_of(name: &str, text: &str) -> Vec<String> {
        let list = List::survey(vec![(name.to_owned(), input(text))]).unwrap();
        let (mailed, left_out) = people(&list);
        assert_eq!(list.rows, (mailed.len() + left_out.len()) as u64, "{text}");
        mailed
            .iter()
            .map(|one| one.address.as_str().split('@').next().unwrap().to_owned())
            .collect()
    }

    /// Exports of other systems, to which somebody has added the column `basis`: only `yes@e.org` may be mailed.
    const EXPORTS: &[(&str, &str)] = &[
        (
            "Mailchimp, subscribed",
            "Email Address,MEMBER_RATING,OPTIN_TIME,LAST_CHANGED,LEID,TAGS,basis\n\
                 yes@e.org,2,2020-03-23 17:30:05,2020-04-01 00:00:00,1,\"\"\"donors\"\"\",consent\n",
        ),
        (
            "Mailchimp, merged",
            "Email Address,MEMBER_RATING,LAST_CHANGED,UNSUB_TIME,CLEAN_TIME,LEID,basis\n\
                 yes@e.org,2,2020-04-01 00:00:00,,,1,consent\nno1@e.org,2,,2020-04-01 00:00:00,,2,consent\n\
                 no2@e.org,2,,,2020-04-01 00:00:00,3,consent\n",
        ),
        (
            "listmonk",
            "uuid,email,name,attributes,status,created_at,updated_at,basis\n\
                 1,yes@e.org,Ann,{},enabled,2021-03-01 10:00:00.12+00,,consent\n\
                 2,no1@e.org,Bob,{},disabled,2021-03-01,,consent\n3,no2@e.org,Cy,{},blocklisted,2021-03-01,,consent\n",
        ),
        (
            "Substack",
            "email,active_subscription,expiry,plan,email_disabled,created_at,basis\n\
                 yes@e.org,false,,other,false,2021-01-01T00:00:00.000Z,consent\n\
                 no@e.org,true,,other,true,2021-01-01T00:00:00.000Z,consent\n\
                 no-1@deletion-request.substack.com,false,,other,false,2021-01-01T00:00:00.000Z,consent\n",
        ),
        (
            "Ghost",
            "id,email,name,note,subscribed_to_emails,created_at,deleted_at,labels,basis\r\n\
                 1,yes@e.org,Ann,,true,2021-01-01T00:00:00.000Z,,,consent\r\n2,no1@e.org,Bob,,false,2021-01-01,,,consent\r\n\
                 3,no2@e.org,Cy,,true,2021-01-01,2021-02-01,,consent\r\n4,no3@e.org,Di,,,2021-01-01,,,consent\r\n",
        ),
        (
            "beehiiv",
            "email,First Name,Last Name,status,tier,created_at,unsubscribed_at,basis\n\
                 yes@e.org,Ann,,active,free,2023-03-24 10:23:10 UTC,,consent\nno1@e.org,Bob,,inactive,free,,,consent\n\
                 no2@e.org,Cy,,active,free,,2023-04-01 10:00:00 UTC,consent\nno3@e.org,Di,,pending,free,,,consent\n\
                 no4@e.org,Ed,,,free,,,consent\n",
        ),
        (
            "Keila",
            "\u{feff}Email;First name;Last name;Data;Status;basis\r\nyes@e.org;Ann;;{};active;consent\r\n\
                 no1@e.org;Bob;;{};unsubscribed;consent\r\nno2@e.org;Cy;;{};unreachable;consent\r\n",
        ),
        (
            "Buttondown",
            "email_address,notes,metadata,tags,type,creation_date,basis\nyes@e.org,,,,regular,2021-01-01,consent\n\
                 no1@e.org,,,,unactivated,2021-01-01,consent\nno2@e.org,,,,removed,2021-01-01,consent\n\
                 no3@e.org,,,,spammy,2021-01-01,consent\n",
        ),
        (
            "Brevo",
            "EMAIL;LASTNAME;FIRSTNAME;SMS;EMAIL_BLACKLISTED;SMS_BLACKLISTED;ADDED_TIME;DOUBLE_OPT-IN;basis\n\
                 yes@e.org;;Ann;;No;Yes;12-04-2022 09:30;1;consent\nno1@e.org;;Bob;;Yes;No;12-04-2022 09:30;1;consent\n\
                 no2@e.org;;Cy;;true;No;;1;consent\nno3@e.org;;Di;;1;No;;1;consent\nno4@e.org;;Ed;;No;No;;2;consent\n",
        ),
        (
            "Kit",
            "first_name,email,created_at,status,basis\nAnn,yes@e.org,2021-01-01,active,consent\n\
                 Bob,no1@e.org,2021-01-01,cancelled,consent\nCy,no2@e.org,2021-01-01,bounced,consent\n",
        ),
        (
            "ActiveCampaign",
            "Email,First Name,Tags,Date Created,IP,Status,basis\nyes@e.org,Ann,,2021-06-01 12:00:00,,Active,consent\n\
                 no1@e.org,Bob,,,,Active,consent\nno1@e.org,Bob,,,,Unsubscribed,consent\nno2@e.org,Cy,,,,Unconfirmed,consent\n",
        ),
        (
            "Constant Contact",
            "First name,Email address,Email status,Email permission status,Confirmed Opt-Out Date,basis\n\
                 Ann,yes@e.org,Active,Express,,consent\nBob,no1@e.org,Temporary hold,Express,,consent\n\
                 Cy,no2@e.org,Active,Implied,,consent\nDi,no3@e.org,Active,Express,2020-09-25 16:45:13 -0400,consent\n",
        ),
        (
            "Wix",
            "First Name,Email 1,Email subscriber status,SMS subscriber status,basis\n\
                 Ann,yes@e.org,Subscribed,Never subscribed,consent\nBob,no1@e.org,Unsubscribed,,consent\n\
                 Cy,no2@e.org,Never subscribed,,consent\n",
        ),
        (
            "Action Network",
            "first_name,email,can2_subscription_status,can2_sms_status,basis\n\
                 Ann,yes@e.org,subscribed,unsubscribed,consent\nBob,no1@e.org,previous bounce,,consent\n\
                 Cy,no2@e.org,spam complaint,,consent\nDi,no3@e.org,,,consent\n",
        ),
        (
            "CiviCRM",
            "Contact ID,Email,No Bulk Emails (User Opt Out),Do Not Email,Do Not Mail,Do Not Phone,On Hold,Is Deceased,basis\n\
                 1,yes@e.org,No,No,Yes,Yes,No,No,consent\n2,no1@e.org,Yes,,,,,,consent\n3,no2@e.org,,1,,,,,consent\n\
                 4,no3@e.org,,,,,2,,consent\n5,no4@e.org,,,,,On Hold Bounce,,consent\n6,no5@e.org,,,,,,Yes,consent\n",
        ),
        (
            "Salesforce",
            "Id,Email,HasOptedOutOfEmail,DoNotCall,npsp__Deceased__c,EmailBouncedDate,basis\n\
                 1,yes@e.org,0,1,false,,consent\n2,no1@e.org,1,0,false,,consent\n3,no2@e.org,true,0,false,,consent\n\
                 4,no3@e.org,false,0,true,,consent\n5,no4@e.org,false,0,false,2021-01-01,consent\n",
        ),
        (
            "words anywhere",
            "email,notes,tags,basis\nyes@e.org,Called us,\"a;b\",consent\nno1@e.org,Unsubscribed,,consent\n\
                 no2@e.org,,\"a;do not email\",consent\n",
        ),
        (
            "a hand-kept list",
            "email,first_name,basis,status,Unsubscribed\nyes@e.org,Ann,consent,subscribed,\n\
                 no1@e.org,Bob,consent,,\nno2@e.org,Cy,consent,subscribed,3 May\n",
        ),
    ];

    #[test]
    fn a_column_that_says_no_is_never_a_yes_in_the_exports_of_other_systems() {
        for (system, text) in EXPORTS {
            assert_eq!(mailed_of("people.csv", text), ["yes"], "{system}");
        }
    }

    #[test]
    fn a_file_of_those_who_left_is_mailed_to_nobody_and_counts_in_every_other() {
        let left = "Email Address,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_REASON,LEID,basis\n\
                    ann@e.org,2,2020-01-01 00:00:00,2021-01-01 00:00:00,ABUSE,1,consent\nbob@e.org,2,,,,2,consent\n";
        assert!(mailed_of("people.csv", left).is_empty());
        assert!(
            mailed_of("subscribers/cleaned_x.csv", "email,basis\nann@e.org,consent\n").is_empty()
        );
        let list = List::survey(vec![
            ("people.csv".to_owned(), input("email,basis\nann@e.org,consent\ncy@e.org,consent\n")),
            ("Unsubscribed.csv".to_owned(), input("email\nANN@e.org\n")),
        ]);
        let (mailed, _) = people(&list.unwrap());
        assert_eq!(mailed.len(), 1);
        assert_eq!(mailed[0].address.as_str(), "cy@e.org");
    }

    #[test]
    fn a_no_on_a_row_whose_address_is_written_badly_holds_for_each_it_may_mean() {
        let (mailed, left_out) = people(&survey(
            "email,basis,status\nann@e.org,consent,subscribed\nbob@e.org,consent,subscribed\ncy@e.org,consent,subscribed\n\
             \"bob@e.org\nAnn <an\u{200b}n@e.org>\",consent,unsubscribed\n",
        ));
        assert_eq!(mailed.len(), 1);
        assert_eq!(mailed[0].address.as_str(), "cy@e.org");
        assert_eq!(left_out[0].why, ExclusionReason::Unsubscribed);
    }

    #[test]
    fn rows_whose_cells_may_stand_in_the_wrong_columns_are_left_out() {
        let text = "email,basis,name,note,unsubscribed\nann@e.org,consent,Lee,,no\nbob@e.org,consent,Lee, Bob,,yes\ncy@e.org,consent,Cy\n";
        let (mailed, left_out) = people(&survey(text));
        assert_eq!(mailed.len(), 1);
        let why = |at: usize| left_out[at].why.clone();
        assert_eq!(why(0), ExclusionReason::Ragged { cells: 6, columns: 5 });
        assert_eq!(why(1), ExclusionReason::Ragged { cells: 3, columns: 5 });
        // Where no column says no, nothing can be missed.
        let (mailed, _) =
            people(&survey("email,basis,name\nann@e.org,consent,Lee, Ann\nbob@e.org,consent\n"));
        assert_eq!(mailed.len(), 2);
    }

    #[test]
    fn a_row_with_an_open_quotation_mark_is_mailed_to_nobody_and_counted() {
        let list = survey(
            "email,name,basis,status\nann@e.org,Ann,consent,subscribed\nbob@e.org,Bob,consent,subscribed\n\
             cy@e.org,Cy,consent,subscribed\ncy@e.org,\"C,consent,unsubscribed\nbob@e.org,\"B, B\",\"consent,no\n\
             \"Di <di@e.org>,consent,subscribed\neve@e.org,\"Eve\",consent,subscribed\n",
        );
        assert_eq!((list.rows, list.problems.len()), (7, 3), "{:?}", list.problems);
        let (mailed, left_out) = people(&list);
        let mailed: Vec<&str> = mailed.iter().map(|person| person.address.as_str()).collect();
        assert_eq!(mailed, ["ann@e.org", "eve@e.org"]);
        assert_eq!(left_out.len(), 5);
        assert!(left_out.iter().any(|left_out| left_out.why == ExclusionReason::OpenQuote));
    }

    #[test]
    fn two_columns_of_one_name_are_named_and_the_first_counts() {
        let list = survey("email,town,Town,basis,email\nann@e.org,York,Leeds,consent,bob@e.org\n");
        let (mailed, _) = people(&list);
        assert_eq!(mailed[0].values["email"], "ann@e.org");
        assert_eq!(mailed[0].values["town"], "York");
        assert_eq!(list.problems.len(), 2);
    }

    #[test]
    fn a_file_in_two_encodings_is_refused_with_the_line() {
        let bytes =
            b"email,first_name,basis\nann@e.org,Zo\xc3\xab,consent\nbob@e.org,Zo\xeb,consent\n";
        let mixed: Arc<dyn Input> = Arc::new(Arc::<[u8]>::from(bytes.as_slice()));
        let error = List::survey(vec![("p.csv".to_owned(), mixed)]).unwrap_err();
        assert_eq!(error.fault, ListFault::MixedEncodings { line: 3 });
    }

    #[test]
    fn suppressed_people_are_left_out_and_counted_so() {
        let keys = crate::audience::Keys::new(b"a secret of this test");
        let bob = crate::rfc::address::EmailAddress::parse("bob@e.org").unwrap();
        let suppressed = [(keys.address_hash(&bob), "550 no such user".to_owned())];
        let list = survey("email,basis\nann@e.org,consent\nBOB@e.org,consent\n")
            .without(DoNotMail::new(keys, suppressed));
        let (mailed, left_out) = people(&list);
        assert_eq!(mailed.len(), 1);
        assert_eq!(left_out[0].why, ExclusionReason::Suppressed("550 no such user".to_owned()));
    }

    #[test]
    fn a_day_that_has_not_come_is_not_evidence() {
        let text = "email,basis,obtained_at\nann@e.org,consent,2026-03-01\nbob@e.org,consent,2062-03-01\n\
                    cy@e.org,consent,\ndi@e.org,soft_opt_in_charity,2062-03-01\n";
        let list = survey(text).on("2026-11-26".parse().unwrap());
        let (mailed, left_out) = people(&list);
        assert_eq!(mailed.len(), 2);
        assert!(
            left_out.iter().all(|left| left.why == ExclusionReason::ObtainedLater),
            "{left_out:?}"
        );
    }

    #[test]
    fn addresses_that_are_slips_of_the_fingers_are_named() {
        let (mailed, left_out) = people(&survey(
            "email,basis\nann@gmial.com,consent\nbob@e.con,consent\ncy@charity.co.ku,consent\ndi@gmail.com,consent\n",
        ));
        assert_eq!(mailed.len(), 1);
        let meant: Vec<ExclusionReason> = left_out.into_iter().map(|left| left.why).collect();
        assert_eq!(
            meant,
            ["gmail.com", "e.com", "charity.co.uk"]
                .map(|meant| ExclusionReason::Mistyped(meant.to_owned()))
        );
    }

    /// A file that somebody saves again while it is read.
    #[derive(Debug)]
    struct Moving(Mutex<Vec<&'static str>>);

    impl Input for Moving {
        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            let mut versions = self.0.lock().unwrap();
            let version = if versions.len() > 1 { versions.remove(0) } else { versions[0] };
            Ok(Box::new(version.as_bytes()))
        }
    }

    #[test]
    fn a_list_that_changes_while_it_is_read_is_never_mixed() {
        let old = "email,basis\nann@e.org,consent\n";
        let new = "email,basis\nann@e.org,consent\nbob@e.org,consent\n";
        let mut versions = vec![old; 7];
        versions.push(new);
        let moving: Arc<dyn Input> = Arc::new(Moving(Mutex::new(versions)));
        let list = List::survey(vec![("p.csv".to_owned(), Arc::clone(&moving))]).unwrap();
        let last =
            std::iter::repeat_with(|| list.everybody(true).last().unwrap()).find_map(Result::err);
        assert_eq!(last, Some(ListFault::Changed.of("p.csv")));
    }

    #[test]
    fn the_fingerprint_is_that_of_the_bytes() {
        let text = "email,basis\nann@e.org,consent\n";
        let files = || vec![("p.csv".to_owned(), input(text))];
        assert_eq!(fingerprint(&files()).unwrap(), survey(text).fingerprint());
        assert_ne!(fingerprint(&files()).unwrap(), survey(&text.replace('n', "m")).fingerprint());
    }

    #[test]
    fn many_rows_are_read_in_portions_and_in_their_order() {
        let mut text = "email,basis\n".to_owned();
        for n in 0..PORTION * 3 + 7 {
            text.push_str(&format!("p{n}@e.org,consent\n"));
        }
        let list = survey(&text);
        assert_eq!(list.portions().count(), 4);
        let (mailed, _) = people(&list);
        assert_eq!(mailed.len() as u64, list.rows);
        assert!(
            mailed.iter().enumerate().all(|(n, one)| one.address.as_str() == format!("p{n}@e.org"))
        );
    }

    #[test]
    fn whoever_wants_the_years_round_up_gets_nothing_else() {
        use crate::audience::Keys;
        use crate::rfc::address::EmailAddress;

        let keys = Keys::new(b"a secret of this test");
        let text = "email,basis,frequency\na@e.org,consent,\nb@e.org,consent,year\nc@e.org,consent,Year\n\
                    d@e.org,consent,every\ne@e.org,consent,often\nf@e.org,consent,\n";
        let choice = |name: &str, word: &str| {
            (keys.address_hash(&EmailAddress::parse(name).unwrap()), word.to_owned())
        };
        let mailed = |choices: Option<Vec<(String, String)>>| {
            let input: Arc<[u8]> = text.as_bytes().into();
            let mut list = List::survey(vec![("people.csv".to_owned(), Arc::new(input))]).unwrap();
            if let Some(choices) = choices {
                list = list.not_of_a_year(DoNotMail::new(keys.clone(), choices));
            }
            let people = list.everybody(true).filter_map(|person| match person.unwrap() {
                Person::Mailed(recipient) => recipient.address.as_str().get(..1).map(str::to_owned),
                Person::LeftOut(left) => {
                    assert_eq!(left.why, ExclusionReason::YearlyOnly);
                    None
                }
            });
            people.collect::<String>()
        };
        // A year's round-up goes to everybody.
        assert_eq!(mailed(None), "abcdef");
        assert_eq!(mailed(Some(Vec::new())), "adef");
        // What they chose on the page beats the list.
        let chosen = vec![choice("a@e.org", "year"), choice("B@e.org", "every")];
        assert_eq!(mailed(Some(chosen)), "bdef");
    }
}
