//! What people say themselves in a random life, and an old file that knows nothing of it.
//! Shell: runs ledgers.

use chrono::TimeDelta;

use super::{LIVES, ModelNo, World};
use crate::audience::{ChangeOrigin, NoMailReason, NoMailStep};
use crate::ledger::join_store::JoinStore;
use crate::ledger::joining::{ConfirmStep, JoinConfirmation, JoinEvidence, JoinRequest, JoinStep};

impl World {
    pub(super) async fn come_back(&mut self, those: &[String], days: i64) {
        self.now += TimeDelta::days(days);
        self.change(those, NoMailStep::Lift, ChangeOrigin::Page, self.now).await;
        let at = self.now;
        let may = |no: &ModelNo| {
            no.is_own && no.reason == NoMailReason::Unsubscribed && at - no.at < TimeDelta::days(30)
        };
        let back = those.iter().filter(|key| self.known.nos.get(*key).is_some_and(may));
        let back: Vec<_> = back.map(|key| (key.clone(), at)).collect();
        self.known.own_yes.extend(back);
        self.lift(those, may);
    }

    /// A no of a day long before counts only for people who have not said yes themselves since.
    pub(super) async fn old_no(&mut self, those: &[String]) {
        let rows = those.iter().enumerate().map(|(number, key)| {
            format!("{key},2,2019-01-01 10:00:00,,,2020-01-01 10:00:00,,,,{number},a,,\n")
        });
        let head = "Email Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,\
                    UNSUB_CAMPAIGN_ID,UNSUB_REASON,LEID,EUID,NOTES,TAGS\n";
        self.import_file(format!("{head}{}", rows.collect::<String>())).await;
        for key in those {
            if self.known.own_yes.contains_key(key) {
                // A person who is not on the list any more comes back to it as somebody who left.
                self.known.plain.remove(key);
            } else {
                self.say_no(key, NoMailReason::Unsubscribed, false);
            }
        }
    }

    /// A person who confirms is mailed, whatever they said before.
    pub(super) async fn sign_up(&mut self, those: &[String]) {
        for key in those.iter().take(LIVES / 10) {
            let person = self.list.keys.address_hash_of_key(key);
            let at = self.now;
            let request = JoinRequest {
                person: person.clone(),
                key: key.clone(),
                address: key.clone(),
                first_name: String::new(),
                at,
                evidence: JoinEvidence::default(),
                left: None,
            };
            let ledger = &self.list.ledger;
            if ledger.request_join(request).await.unwrap() != JoinStep::Confirm {
                continue;
            }
            let (now, today) = (at + TimeDelta::minutes(5), at.date_naive());
            let confirmation =
                JoinConfirmation { person, requested: at, now, today, welcomes: false };
            let step = ledger.confirm_join(confirmation).await.unwrap();
            assert_eq!(step, ConfirmStep::Join, "{key}");
            self.known.nos.remove(key);
            self.known.erased.remove(key);
            self.known.waits.remove(key);
            self.known.yes.insert(key.clone());
            self.known.plain.insert(key.clone());
            self.known.own_yes.insert(key.clone(), at);
        }
    }
}
