//! The words before a day that say what it is of, in the languages that sources are written in: "Published on", "Mis à jour le".
//! Pure: words in, a meaning out.

/// What a day is of, by the words beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayMeaning {
    /// "Published", "Posted".
    Publication,
    /// "Last updated".
    Change,
    /// "When", "Deadline", or a time with an end.
    Event,
    /// The line does not say.
    Unsaid,
}

/// In lower case; where one label begins another, the longer counts.
const PUBLISHED: &str = "first published|date published|published date|publish date|publication date|date posted|date of publication|\
    published|posted|released|issued|uploaded|added|created|written|submitted|date|for immediate release|for release|datum|\
    cyhoeddwyd ar|cyhoeddwyd|dyddiad cyhoeddi|dyddiad|postiwyd ar|postiwyd|\
    publié le|publiée le|publié|mis en ligne le|posté le|paru le|date de publication|\
    veröffentlicht am|veröffentlicht|erschienen am|erstellt am|publiziert am|eingestellt am|\
    publicado el|publicada el|publicado|fecha de publicación|fecha|\
    pubblicato il|pubblicato|data di pubblicazione|postato il|data|\
    publicado em|publicada em|postado em|data de publicação|\
    gepubliceerd op|gepubliceerd|geplaatst op|geplaatst|publicatiedatum|\
    opublikowano dnia|opublikowano|data publikacji|dodano|\
    publicerad den|publicerad|publicerat|publiceret den|publiceret|udgivet den|udgivet|publisert den|publisert|\
    julkaistu|publikováno|zveřejněno|vydáno|megjelent|közzétéve|publicat pe|publicat la|publicat|objavljeno|avaldatud|\
    publicēts|paskelbta";
const CHANGED: &str = "last updated|last modified|last reviewed|last edited|last changed|page updated|updated|modified|edited|amended|\
    corrected|archived|reviewed|next review|review date|revised|\
    diweddarwyd ddiwethaf|diweddarwyd ar|diweddarwyd|\
    mis à jour le|mise à jour le|mis à jour|mise à jour|modifié le|dernière mise à jour le|dernière mise à jour|\
    dernière modification le|dernière modification|\
    zuletzt geändert am|zuletzt geändert|zuletzt aktualisiert am|zuletzt aktualisiert|aktualisiert am|aktualisiert|geändert am|\
    letzte änderung am|letzte änderung|letzte aktualisierung|stand|\
    actualizado el|actualizado|última actualización|modificado el|\
    aggiornato il|aggiornato|ultimo aggiornamento|modificato il|ultima modifica|\
    atualizado em|última atualização|modificado em|\
    bijgewerkt op|bijgewerkt|laatst bijgewerkt op|laatst bijgewerkt|laatst gewijzigd op|laatst gewijzigd|gewijzigd op|\
    zaktualizowano|ostatnia aktualizacja|aktualizacja|ostatnia zmiana|\
    uppdaterad den|uppdaterad|senast uppdaterad|senast ändrad|opdateret den|opdateret|sidst opdateret|oppdatert|sist oppdatert|\
    sist endret|päivitetty|viimeksi päivitetty|muokattu|aktualizováno|poslední aktualizace|upraveno|frissítve|módosítva|\
    actualizat la|actualizat|ultima actualizare|ažurirano|zadnja izmjena";
const EVENTS: &str = "event date|event|when|starts|start date|start|ends|end date|deadline|closing date|closes|closing|apply by|\
    expires|valid until|until|from|due|doors open|doors|save the date|next event|takes place|date and time|opens|starting|\
    sold out|first held|held|consultation closes|consultation ends|registered|version|accessed|retrieved|booking opens|\
    bookings open|tickets on sale|on sale|interviews|interview date|launching|launches|launch date|rsvp by|rsvp|effective from|\
    effective|member since|year ended|year ending|born|died|meeting date|next meeting|\
    dyddiad cau|pryd|digwyddiad|\
    date limite|échéance|jusqu'au|jusqu’au|événement|\
    einsendeschluss|anmeldeschluss|bewerbungsschluss|veranstaltung|termin|beginn|bis|ab|\
    fecha límite|hasta el|evento|scadenza|fino al|data limite|até|sluitingsdatum|wanneer|wydarzenie|do dnia";

const TABLES: [(DayMeaning, &str); 3] = [
    (DayMeaning::Change, CHANGED),
    (DayMeaning::Event, EVENTS),
    (DayMeaning::Publication, PUBLISHED),
];

/// The label that a text begins with: what its day is of, and where the rest begins. A blank or a colon ends a label.
pub fn label_at_start(text: &str) -> Option<(DayMeaning, usize)> {
    let found = TABLES.iter().flat_map(|(of, labels)| {
        labels.split('|').filter_map(move |label| Some((*of, label_length(text, label)?)))
    });
    found.max_by_key(|(_, length)| *length)
}

/// What a day is of whose label stands by itself before it: "Deadline" in a cell, the day in the next.
pub fn label(text: &str) -> Option<DayMeaning> {
    let text = text.trim().trim_end_matches([':', '–', '-', '.']).trim();
    label_at_start(&format!("{text}:"))
        .filter(|(_, length)| *length == text.len())
        .map(|(of, _)| of)
}

/// How much of a text a label takes at its start, in whatever case it is written.
fn label_length(text: &str, label: &str) -> Option<usize> {
    let mut rest = text.chars();
    for wanted in label.chars() {
        let c = rest.next()?;
        if c != wanted && !c.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    let rest = rest.as_str();
    rest.starts_with([' ', ':']).then_some(text.len() - rest.len())
}

/// The date behind a label that says when something came out: "Posted: 3 December 2020".
pub fn behind_label(text: &str) -> &str {
    if !text.starts_with(char::is_alphabetic) {
        return text;
    }
    match label_at_start(text) {
        Some((DayMeaning::Publication, length)) => text[length..].trim_start_matches([' ', ':']),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_what_its_day_is_of() {
        use DayMeaning::{Change, Event, Publication};
        for (text, of) in [
            ("Published 3 December 2020", Some((Publication, 9))),
            ("Published: 3 December 2020", Some((Publication, 9))),
            ("Date and time: 3 December 2020", Some((Event, 13))),
            ("Cyhoeddwyd ar 3 Rhagfyr 2020", Some((Publication, 13))),
            ("Mis à jour le 3 décembre 2020", Some((Change, 14))),
            ("ZULETZT GEÄNDERT: 3.12.2020", Some((Change, 17))),
            ("Sold out: 14 January 2021", Some((Event, 8))),
            ("Datestamp 3 December 2020", None),
            ("3 December 2020", None),
        ] {
            assert_eq!(label_at_start(text), of, "{text}");
        }
        assert_eq!(label("Closing date:"), Some(Event));
        assert_eq!(label("Updated"), Some(Change));
        assert_eq!(label("Updated often"), None);
    }

    #[test]
    fn no_label_has_two_meanings() {
        let mut seen = std::collections::BTreeMap::new();
        for (of, labels) in TABLES {
            for label in labels.split('|') {
                assert_eq!(label.trim(), label);
                assert_eq!(label.to_lowercase(), label);
                assert_eq!(*seen.entry(label).or_insert(of), of, "{label}");
            }
        }
    }
}
