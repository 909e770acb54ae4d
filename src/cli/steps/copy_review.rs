//! Everybody's copy looked at before the first one leaves: who gets one, how large it is, and whose would look wrong.
//! Shell: reads the list, on all cores.

use std::sync::Arc;

use crate::audience::list_error::ListError;
use crate::audience::{Audience, List, Person, Recipient, on_all_cores};
use crate::check::CopyWarnings;
use crate::message::MessageTemplate;
use crate::message::examine::Buffers;

/// Who everybody is, and what was found in their copies.
#[derive(Debug, Default)]
pub struct CopyReview {
    pub audience: Audience,
    /// Bytes of the largest message, and whose it is.
    pub largest: usize,
    pub whose: String,
    pub doubts: CopyWarnings,
}

impl CopyReview {
    /// Takes one person's copy in.
    pub fn look_at(
        &mut self,
        skeleton: &MessageTemplate,
        recipient: &Recipient,
        scratch: &mut Buffers,
    ) {
        let examined = skeleton.examine(recipient, scratch);
        if examined.bytes > self.largest {
            self.largest = examined.bytes;
            self.whose = recipient.address.to_string();
        }
        if let Some(doubt) = examined.doubt {
            self.doubts.add(doubt);
        }
    }

    /// A quick look: the people and doubts of the last whole one, and the size of some of the messages.
    pub fn of_some<'a>(
        last: (Audience, CopyWarnings),
        skeleton: &MessageTemplate,
        people: impl Iterator<Item = &'a Recipient>,
    ) -> Self {
        let (audience, doubts) = last;
        let mut review = Self::default();
        let mut scratch = Buffers::default();
        for recipient in people {
            review.look_at(skeleton, recipient, &mut scratch);
        }
        Self { audience, doubts, ..review }
    }

    fn and(self, later: Self) -> Self {
        let (largest, whose) = if later.largest > self.largest {
            (later.largest, later.whose)
        } else {
            (self.largest, self.whose)
        };
        Self {
            audience: self.audience.and(later.audience),
            largest,
            whose,
            doubts: self.doubts.and(later.doubts),
        }
    }
}

/// Looks at everybody's copy, on all cores: of a long list it is the longest part of a start.
pub fn examine(
    skeleton: &Arc<MessageTemplate>,
    list: &Arc<List>,
    examples: bool,
) -> Result<CopyReview, ListError> {
    let skeleton = Arc::clone(skeleton);
    let examinations = on_all_cores(list, move |list, portion| {
        let mut examination = CopyReview::default();
        let mut scratch = Buffers::default();
        for person in list.people(&portion, examples) {
            examination.audience.count(&person);
            if let Person::Mailed(recipient) = &person {
                examination.look_at(&skeleton, recipient, &mut scratch);
            }
        }
        examination
    });
    let mut whole = CopyReview::default();
    for examination in examinations {
        whole = whole.and(examination?);
    }
    Ok(whole)
}
